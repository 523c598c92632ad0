import { join, relative } from 'node:path'
import { inspect, parseArgs } from 'node:util'
import { keepRunning } from './demo/keep.ts'
import { Results } from './demo/results.ts'
import * as steps from './demo/steps.ts'
import { heading, paint, say } from './demo/terminal.ts'
import { ExpectationError, Tour } from './demo/tour.ts'
import { createWorld, type World } from './world.ts'

/**
 * A tour of the committed `dist` with a real MLflow and a git repository behind GitHub's API. Each
 * step states what it expects, and the demo fails if that is not the case.
 */

const { values: options } = parseArgs({ options: { keep: { type: 'boolean', default: false } } })
const results = new Results(join(import.meta.dirname, '..', 'demo-output'))
const signal = signalOfTheEnd()

/** Aborts when a person ends the demo, or no longer reads what it prints. A second time ends it. */
function signalOfTheEnd(): AbortSignal {
  const controller = new AbortController()
  const stop = (): void => controller.abort()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, stop)
  process.stdout.on('error', stop)
  return controller.signal
}

async function tourOf(world: World): Promise<void> {
  const project = world.createProject({ name: 'acme/deployments' })
  const tour = new Tour({ world, project, results, signal })
  const summarizer = await steps.registerModels(tour)
  say(
    'MLflow is ready and has two models: summarizer version 1 and translator version 1, each from its own run.',
  )
  await steps.check(tour)
  await steps.plan(tour)
  await steps.sync(tour, summarizer)
  await steps.nothingToDo(tour)
  await steps.editAndUpdate(tour, summarizer)
  await steps.pullRequest(tour)
  await steps.failure(tour)

  heading('Everything else is in files')
  const { repository } = project
  await results.begin('All commits', 'With the changes that each of them made.')
  await results.saveFile('commits.txt', repository.git('log', '--graph', '--patch', 'main'))
  say('Summaries as GitHub shows them, logs, outputs, reports and commits:')
  say(results.indexPath, { indent: '  ' })
  if (options.keep) await keepRunning(world, repository, signal)
}

async function run(): Promise<void> {
  say(paint('bold', 'mlflow-sync: a tour'))
  say(
    'A real MLflow server and a real git repository. Only GitHub is a stand-in, with its API on this machine. The action is the committed dist/index.js, run as a workflow runs it.',
  )
  say('Starting MLflow; this takes 5 to 30 seconds ...')
  const world = await createWorld({ version: 3, ownServer: true, ui: options.keep })
  try {
    signal.throwIfAborted()
    await tourOf(world)
  } finally {
    if (options.keep || signal.aborted) say('\nStopping the servers and removing their files ...')
    // Fails if the action sent a request that GitHub would reject.
    await world.close()
  }
}

try {
  await run()
  say(
    options.keep ? 'Stopped.' : 'All servers have stopped. To look around, run script/demo --keep',
  )
} catch (error) {
  if (signal.aborted) {
    process.exitCode = 130
  } else {
    process.exitCode = 1
    say(`\nThe demo failed: ${error instanceof ExpectationError ? error.message : inspect(error)}`)
    say(`What the steps said and wrote so far is in ${relative('.', results.directory)}`)
  }
}

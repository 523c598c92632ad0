import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from '@jest/globals'
import type { Inputs } from '../../testing/action.ts'
import { isPullRequestCreation } from '../../testing/github/faults.ts'
import { editPullRequest } from '../../testing/github/people.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import type { Project, SyncStep } from '../../testing/project.ts'
import { headBranch, onlyPullRequest } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'

const { describe, test } = onlyWhere('signals')

/** Ends the action's process at each request that it sends to GitHub, and runs it once more. */

const world = await useWorld({ version: 3 })

const timeoutMs = 3_600_000

/** Every request with both signals takes minutes, so by default four of five are skipped. */
const isThorough = process.env.EVERY_REQUEST !== undefined
const stride = isThorough ? 1 : 7
const signals = ['SIGKILL', 'SIGTERM'] as const

type Flow = {
  readonly inputs: Inputs
  /** What has happened before the sync that is killed. */
  readonly prepare: (project: Project, inputs: Inputs) => Promise<void>
  /** Operations by which a second run may complete the first one. */
  readonly completions: readonly string[]
}

const pullRequest = { 'pull-request': 'true', 'pull-request-labels': 'mlflow', path: 'values' }

async function register(project: Project): Promise<void> {
  await project.register('m')
}

const flows: readonly [string, Flow][] = [
  [
    'a commit by mutation',
    { inputs: { path: 'values' }, prepare: register, completions: ['committed', 'none'] },
  ],
  [
    'a commit by git data',
    {
      inputs: { path: 'values' },
      prepare: async (project, inputs) => {
        // GitHub's mutation cannot write an executable file.
        const version = await project.registerExternal('executable')
        await project.sync(inputs)
        const path = `values/${version.runId}.yaml`
        const content = project.repository.read(path)
        project.repository.push('main', { [path]: { content, mode: '100755' } })
        await world.api.createVersion(version)
        await project.register('m')
      },
      completions: ['committed', 'none'],
    },
  ],
  [
    'a pull request that is opened',
    {
      inputs: pullRequest,
      prepare: register,
      completions: ['pull-request-created', 'none'],
    },
  ],
  [
    'a pull request that is updated',
    {
      inputs: pullRequest,
      prepare: async (project, inputs) => {
        await project.register('first')
        await project.sync(inputs)
        await project.register('m')
      },
      completions: ['pull-request-updated', 'none'],
    },
  ],
  [
    'a pull request that is closed',
    {
      inputs: pullRequest,
      prepare: async (project, inputs) => {
        await project.register('m')
        await project.sync(inputs)
        await project.sync({ path: inputs.path ?? '' })
      },
      completions: ['pull-request-closed', 'none'],
    },
  ],
]

function stateOf({ repository }: Project): string {
  return repository.git('for-each-ref') + JSON.stringify(repository.pullRequests)
}

/** Ends a sync at the request with this number; undefined if it sends fewer. */
async function syncAndKill(
  project: Project,
  inputs: Inputs,
  number: number,
  signal: NodeJS.Signals,
): Promise<SyncStep | undefined> {
  let send: (signal: NodeJS.Signals) => void = () => undefined
  let requests = 0
  const kill = async (): Promise<void> => {
    send(signal)
    // The request is carried out after its sender has gone.
    await sleep(50)
  }
  world.github.inject({ kind: 'run-before', run: kill }, { match: () => ++requests === number })
  const step = await project.sync(inputs, { onStart: (sender) => (send = sender) })
  world.github.clearFaults()
  return requests < number ? undefined : step
}

describe.each(flows)('%s', (which, { inputs, prepare, completions }) => {
  const proposes = 'pull-request' in inputs
  const isClosed = completions.includes('pull-request-closed')

  /** What counts as written: a head branch without a pull request does not. */
  function writtenIn({ repository }: Project): string {
    const { pullRequests } = repository
    const isProposed = pullRequests.some(({ state }) => state === 'open')
    return [repository.head(), isProposed ? repository.head(headBranch) : '']
      .concat(JSON.stringify(pullRequests))
      .join('\n')
  }

  /** Returns false if the sync sends fewer requests. */
  async function tryKill(number: number, signal: NodeJS.Signals): Promise<boolean> {
    const project = world.createProject()
    await prepare(project, inputs)
    const { repository } = project
    const commits = repository.commitCount()
    const written = writtenIn(project)
    const killed = await syncAndKill(project, inputs, number, signal)
    if (killed === undefined) return false
    const exitCode = signal === 'SIGKILL' ? -1 : 1
    expect({ number, exitCode: killed.exitCode }).toEqual({ number, exitCode })
    // The request at which it was cancelled was carried out; the job only says that it may have been.
    const isInDoubt = killed.errors.some((error) => error.includes('may have succeeded'))
    if (signal === 'SIGTERM' && writtenIn(project) !== written && !isInDoubt) {
      expect({ number, operation: killed.outputs.operation }).not.toMatchObject({
        operation: 'failed',
      })
    }

    const second = await project.sync(inputs)
    expect(second.exitCode).toBe(0)
    expect(completions).toContain(second.outputs.operation)
    // Either one of them wrote everything, in one commit.
    expect(repository.commitCount() - commits).toBe(proposes ? 0 : 1)
    const states = repository.pullRequests.map(({ state }) => state)
    expect(states).toEqual(proposes ? [isClosed ? 'closed' : 'open'] : [])
    expect(repository.head(headBranch) === '').toBe(isClosed || !proposes)

    const state = stateOf(project)
    const third = await project.sync(inputs)
    expect(third.outputs).toMatchObject({ operation: 'none', 'failed-count': '0' })
    expect(stateOf(project)).toBe(state)
    return true
  }

  test(
    'is completed by the next sync, and never made twice',
    async () => {
      const first = 1 + (which.length % stride)
      for (let number = first, isDone = false; !isDone; number += stride) {
        const chosen = isThorough ? signals : [signals[number % 2] ?? 'SIGKILL']
        for (const signal of chosen) isDone = !(await tryKill(number, signal))
      }
    },
    timeoutMs,
  )
})

describe('a pull request whose job ended before it set the labels', () => {
  async function openWithoutLabels(): Promise<Project> {
    const project = world.createProject()
    await project.register('m')
    let send: (signal: NodeJS.Signals) => void = () => undefined
    const run = () => {
      send('SIGKILL')
    }
    world.github.inject({ kind: 'run-before', run }, { match: isPullRequestCreation })
    await project.sync(pullRequest, { onStart: (sender) => (send = sender) })
    expect(onlyPullRequest(project).labels).toEqual([])
    return project
  }

  test.each(['the same changes', 'other changes'])(
    'gets them from the next sync, with %s',
    async (changes) => {
      const project = await openWithoutLabels()
      if (changes === 'other changes') await project.register('n')
      await project.sync(pullRequest)
      expect(onlyPullRequest(project)).toMatchObject({ state: 'open', labels: ['mlflow'] })
    },
  )

  test('does not get them once a person has changed anything', async () => {
    const project = await openWithoutLabels()
    editPullRequest(project.repository, 1, { labels: ['later'] })
    await project.sync(pullRequest)
    expect(onlyPullRequest(project).labels).toEqual(['later'])
  })
})

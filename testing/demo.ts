import type { Project } from './project.ts'
import type { Step } from './step.ts'
import { createWorld, type World } from './world.ts'

/**
 * Runs the committed `dist` against a real MLflow and a git repository behind GitHub's API. Each
 * step states what it expects, and the demo fails if that is not the case.
 */

function title(text: string): void {
  console.log(`\n\x1b[1m━━ ${text}\x1b[0m`)
}

function show(text: string): void {
  const lines = text.trimEnd().split('\n')
  console.log(lines.map((line) => `  ${line}`).join('\n'))
}

function assert(condition: boolean, statement: string): void {
  if (!condition) throw new Error(`Not true: ${statement}`)
  console.log(`  ✓ ${statement}`)
}

async function sync(project: Project): Promise<Step> {
  const step = await project.sync({ path: 'values' })
  show(step.log.replace(/^::(debug|add-mask).*\n/gm, ''))
  if (step.stderr !== '') show(step.stderr)
  show(`outputs: ${JSON.stringify({ ...step.outputs, changes: '…', 'report-file': '…' })}`)
  return step
}

async function registerModels(world: World, project: Project) {
  title('Registering two models in MLflow, with runs, parameters, metrics and an alias')
  const summarizer = await project.register('summarizer', {
    params: { base_model: 'llama-3-8b', epochs: '3' },
    metrics: { eval_accuracy: 0.91 },
  })
  const translator = await project.register('translator', {
    params: { base_model: 'qwen-2.5-7b', epochs: '2' },
    metrics: { eval_accuracy: 0.87 },
  })
  await world.api.setAlias('summarizer', 'champion', summarizer.version)
  show(`summarizer: run ${summarizer.runId}\ntranslator: run ${translator.runId}`)
  return summarizer
}

async function firstSync(project: Project, path: string): Promise<void> {
  title('First sync')
  const step = await sync(project)
  assert(step.exitCode === 0, 'the step succeeds')
  assert(step.outputs['created-count'] === '2', 'two files are created')
  console.log('\n  The job summary:')
  show(step.summary)
  console.log('\n  The commit:')
  show(project.repository.git('log', '-1', '--stat', '--format=%h %s%n%n%b', 'main'))
  console.log(`\n  ${path}:`)
  show(project.repository.read(path))
}

async function secondSync(project: Project): Promise<void> {
  title('Second sync: nothing to do')
  const head = project.repository.head()
  const step = await sync(project)
  assert(step.outputs.operation === 'none', 'nothing is written')
  assert(project.repository.head() === head, 'the branch does not move')
}

async function thirdSync(project: Project): Promise<void> {
  title('Third sync')
  const step = await sync(project)
  assert(step.outputs['updated-count'] === '1', 'one file is updated')
  console.log('\n  The commit with its diff:')
  const format = '--format=%h %s%n%n%b'
  const diff = project.repository.git('log', '-1', '-p', '--unified=1', format, 'main')
  show(diff)
  const changed = diff.split('\n').filter((line) => /^[-+] /.test(line))
  assert(
    changed.length === 2 && changed.every((line) => line.includes('modelVersion:')),
    'one line changes: the version; the manual edit stays',
  )
}

async function demo(world: World): Promise<void> {
  show(`MLflow ${world.mlflow.url}, GitHub ${world.github.apiUrl}`)
  const project = world.createProject({ name: 'acme/deployments' })
  const { repository } = project
  const summarizer = await registerModels(world, project)
  const path = `values/${summarizer.runId}.yaml`
  await firstSync(project, path)
  await secondSync(project)

  title("A person edits a file, and the summarizer's run is registered once more")
  const edited = repository
    .read(path)
    .replace('maxModelLen: 4096', 'maxModelLen: 16384 # long documents')
  repository.push('main', { [path]: edited }, 'Longer context for the summarizer')
  await world.api.createVersion(summarizer)
  await thirdSync(project)

  title('All commits')
  show(repository.git('log', '--format=%h %an: %s', 'main'))
}

title('Starting a real MLflow 3 server and the stand-in for GitHub')
const world = await createWorld({ version: 3, ownServer: true })
try {
  await demo(world)
} catch (error) {
  console.error('\nThe demo failed:', error)
  process.exitCode = 1
} finally {
  // Fails if the action sent a request that GitHub would reject.
  await world.close()
}
if (process.exitCode === undefined) {
  console.log('\nDone. All servers have been stopped and all files removed.')
}

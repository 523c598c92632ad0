import { mergePullRequest } from '../github/pull-requests.ts'
import type { RegisteredVersion } from '../mlflow/api.ts'
import { onlyPullRequest } from '../pull-requests.ts'
import { changedLines, section } from './excerpt.ts'
import { say, type Style } from './terminal.ts'
import { valuesPath, type Tour } from './tour.ts'

/** Registers the models that the first steps sync; returns the one that a person then edits. */
export async function registerModels({ world, project }: Tour): Promise<RegisteredVersion> {
  const summarizer = await project.register('summarizer', {
    name: 'llama-3-8b-lora',
    params: { base_model: 'llama-3-8b', epochs: '3' },
    metrics: { eval_accuracy: 0.91, eval_loss: 0.42 },
  })
  await project.register('translator', {
    name: 'qwen-2.5-7b-lora',
    params: { base_model: 'qwen-2.5-7b', epochs: '2' },
    metrics: { eval_accuracy: 0.87, eval_loss: 0.51 },
  })
  await world.api.setAlias('summarizer', 'champion', summarizer.version)
  return summarizer
}

export async function check(tour: Tour): Promise<void> {
  await tour.begin(
    'check',
    'Check: would a sync work?',
    'Tests the connections, the permissions, the rules of the branch, the template and the selection, and writes nothing. Run it first, and whenever something is odd.',
  )
  const { repository } = tour.project
  const before = repository.head()
  const step = await tour.sync({ mode: 'check' }, { outputs: ['changed'], tail: 0 })
  tour.quote(step.connections.map(({ status, name, detail }) => `${status} ${name}: ${detail}`))
  tour.expect({
    'the step succeeds': step.exitCode === 0,
    'no check failed': step.connections.every(({ status }) => status !== 'failed'),
    'main has not moved': repository.head() === before && step.outputs.operation === 'checked',
  })
}

export async function plan(tour: Tour): Promise<void> {
  await tour.begin(
    'plan',
    'Plan: what would a sync do?',
    'Shows every file that would change, with diffs in the summary, and writes nothing. Nothing is deployed that nobody has seen.',
  )
  const { repository } = tour.project
  const before = repository.head()
  const step = await tour.sync({ mode: 'plan' }, { outputs: ['changed', 'created-count'] })
  tour.expect({
    'two files would be created': step.outputs['created-count'] === '2',
    'main has not moved': repository.head() === before && step.outputs.operation === 'planned',
  })
}

export async function sync(tour: Tour, summarizer: RegisteredVersion): Promise<void> {
  await tour.begin(
    'sync',
    'Sync: one commit with one values file for each run',
    'Argo CD or Flux deploys from there. The action owns the keys under global, shown below; the rest of the file comes from a template and is yours.',
  )
  const { repository } = tour.project
  const commits = repository.commitCount()
  const step = await tour.sync({}, { outputs: ['created-count', 'commit-sha'] })
  const file = repository.read(`${valuesPath}/${summarizer.runId}.yaml`)
  tour.quote([`${summarizer.runId}.yaml`, ...section(file, 'global')])
  tour.expect({
    'two files are created': step.outputs['created-count'] === '2',
    'with one commit': repository.commitCount() === commits + 1,
    'commit-sha is the head of main': step.outputs['commit-sha'] === repository.head(),
  })
}

export async function nothingToDo(tour: Tour): Promise<void> {
  await tour.begin(
    'nothing-to-do',
    'Sync again: nothing to do',
    'A sync without changes costs a handful of requests and leaves no commit, so it can run every few minutes.',
  )
  const { repository } = tour.project
  const before = repository.head()
  const step = await tour.sync({}, { outputs: ['changed', 'unchanged-count'] })
  tour.expect({
    'nothing is written': step.outputs.operation === 'none' && step.outputs.changed === 'false',
    'main has not moved': repository.head() === before,
  })
}

export async function editAndUpdate(tour: Tour, summarizer: RegisteredVersion): Promise<void> {
  await tour.begin(
    'edit-and-update',
    "A person's edit and a new version: one line changes",
    'Somebody gives the summarizer a longer context, with a comment, and its run is registered as version 2. The sync changes the version and no other byte.',
  )
  const { project, world } = tour
  const { repository } = project
  const path = `${valuesPath}/${summarizer.runId}.yaml`
  const edit = 'maxModelLen: 16384 # long documents'
  const edited = repository.read(path).replace('maxModelLen: 4096', edit)
  repository.push('main', { [path]: edited }, 'Longer context for the summarizer')
  await world.api.createVersion(summarizer)
  const step = await tour.sync({}, { outputs: ['updated-count'] })
  const changed = changedLines(repository.git('show', '--unified=0', '--format=', 'main'))
  tour.quote([...changed, `     ${edit}`], styleOfDiff)
  tour.expect({
    'one file is updated': step.outputs['updated-count'] === '1',
    'one line changes: the version':
      changed.length === 2 && changed.every((line) => line.includes('modelVersion:')),
    "the person's edit stays": repository.read(path).includes(edit),
  })
}

export async function pullRequest(tour: Tour): Promise<void> {
  await tour.begin(
    'pull-request',
    'Pull request: review before deployment',
    'The summarizer was trained again. The action opens one pull request, with the metrics of the new version, keeps it up to date, and waits for a person.',
  )
  const { project } = tour
  const { repository } = project
  const retrained = await project.register('summarizer', {
    name: 'llama-3-8b-lora-2',
    params: { base_model: 'llama-3-8b', epochs: '5' },
    metrics: { eval_accuracy: 0.94, eval_loss: 0.36 },
  })
  const before = repository.head()
  const inputs = { 'pull-request': 'true' }
  const opened = await tour.sync(inputs, { name: 'opened', outputs: ['pull-request-number'] })
  const pull = onlyPullRequest(project)
  await tour.savePullRequest(pull, 'opened')
  tour.expect({
    'a pull request is open': opened.outputs.operation === 'pull-request-created',
    'main waits': repository.head() === before,
  })

  say('Another sync, while it waits:')
  const waiting = await tour.sync(inputs, { name: 'waiting', outputs: ['changed'], tail: 0 })
  tour.expect({ 'nothing is written': waiting.outputs.operation === 'none' })

  mergePullRequest(repository, pull.number)
  say('A person merges it. The next sync:')
  const merged = await tour.sync(inputs, { name: 'merged', outputs: ['changed'], tail: 0 })
  tour.expect({
    'main has the new file': repository.paths().includes(`${valuesPath}/${retrained.runId}.yaml`),
    'nothing is left to propose': merged.outputs.operation === 'none',
  })
}

/** Of two runs, one lacks a parameter that the template needs: its name is misspelt. */
export async function failure(tour: Tour): Promise<void> {
  await tour.begin(
    'failure',
    'A failure, and what to do about it',
    'The team now has a template of its own, which needs the parameter max_model_len. Two models are new; the run of one of them logged max_model_length instead. The others are not held up.',
  )
  const { repository } = tour.project
  const template = 'deploy/template.yaml'
  repository.push('main', { [template]: templateWith('') }, 'Add a template')
  await tour.project.register('embedder', { params: { max_model_len: '8192' } })
  const classifier = await tour.project.register('classifier', {
    params: { max_model_length: '8192' },
  })
  const path = `${valuesPath}/${classifier.runId}.yaml`
  const counts = ['created-count', 'failed-count']
  const failed = await tour.sync({ template }, { name: 'failed', outputs: counts, tail: 1 })
  const reason = failed.changes.find((change) => change.path === path)?.reason ?? ''
  tour.expect({
    'the step fails': failed.exitCode === 1 && failed.outputs['failed-count'] === '1',
    'the other file is committed all the same': failed.outputs['created-count'] === '1',
    'the error names the placeholder': reason.includes('run.params.max_model_len'),
  })

  repository.push('main', { [template]: templateWith(':-4096') }, 'Add a fallback')
  say('A person adds a fallback to the template: ${run.params.max_model_len:-4096}')
  const fixed = await tour.sync({ template }, { name: 'fixed', outputs: counts, tail: 0 })
  tour.expect({
    'the step succeeds': fixed.exitCode === 0,
    'the missing file is there': repository.paths().includes(path),
  })
}

function styleOfDiff(line: string): Style | undefined {
  if (line.startsWith('-')) return 'red'
  return line.startsWith('+') ? 'green' : undefined
}

function templateWith(fallback: string): string {
  return [
    'vllm:',
    '  vllm:',
    '    model: "${model.artifacts}"',
    `    maxModelLen: \${run.params.max_model_len${fallback}}`,
    '',
  ].join('\n')
}

import { readFileSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { createClients } from '../../src/clients.ts'
import type { SyncResult } from '../../src/core/result.ts'
import { createStopwatch, type Clock, type Log } from '../../src/core/runtime.ts'
import type { Target } from '../../src/core/target.ts'
import { readInputs } from '../../src/inputs/inputs.ts'
import { runSync } from '../../src/sync/sync.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })
const project = world.createProject()

const environment = {
  'INPUT_MLFLOW-TRACKING-URI': world.mlflow.url,
  'INPUT_GITHUB-TOKEN': world.github.token,
  INPUT_REPOSITORY: project.repository.fullName,
  GITHUB_API_URL: world.github.apiUrl,
  GITHUB_GRAPHQL_URL: world.github.graphqlUrl,
}
const clock: Clock = { now: () => Date.now(), random: () => 0, sleep: () => Promise.resolve() }
function ignore(): void {
  return undefined
}
const log: Log = { debug: ignore, info: ignore, warn: ignore }
const inputs = readInputs(environment)
const clients = createClients({
  inputs,
  environment,
  clock,
  signal: new AbortController().signal,
  log,
})
afterAll(() => clients.close())

const [base] = inputs.targets
function target(directory: string, model: string, fields: Partial<Target> = {}): Target {
  return {
    ...base,
    name: directory,
    directory,
    ...fields,
    selection: { ...base.selection, models: (name) => name === project.model(model) },
  }
}

function sync(targets: readonly Target[], mode: 'sync' | 'plan' = 'sync'): Promise<SyncResult> {
  return runSync({
    mlflow: clients.mlflow,
    repository: clients.repository,
    branch: undefined,
    targets,
    mode,
    commitMessage: undefined,
    pullRequest: undefined,
    builtInTemplate: readFileSync('templates/vllm.yaml', 'utf8'),
    uiUrl: inputs.mlflow.uiUrl,
    serverUrl: 'https://github.example.com',
    clock,
    stopwatch: createStopwatch(() => performance.now()),
    info: ignore,
  })
}

test('several targets share one listing, one read of the branch and one commit', async () => {
  const [first, second] = [await project.register('first'), await project.register('second')]
  project.repository.push('main', { 'small.yaml': 'model: ${model.name}\n' })
  const targets = [
    target('deploy/production', 'first'),
    target('deploy/staging', 'second', { template: 'small.yaml' }),
  ]
  const commits = project.repository.commitCount()

  const created = await sync(targets)
  expect(created.operation).toBe('committed')
  expect(project.repository.commitCount()).toBe(commits + 1)
  expect(project.repository.read(`deploy/production/${first.runId}.yaml`)).toContain('vllm:')
  expect(project.repository.read(`deploy/staging/${second.runId}.yaml`)).toMatch(
    /^model: .*\nglobal:|^global:\n[^]*\nmodel: /,
  )

  const before = clients.requests()
  const unchanged = await sync(targets)
  expect(unchanged.entries.map(({ path, outcome }) => [path, outcome])).toEqual([
    [`deploy/production/${first.runId}.yaml`, 'unchanged'],
    [`deploy/staging/${second.runId}.yaml`, 'unchanged'],
  ])
  const after = clients.requests()
  expect(after.github - before.github).toBeLessThanOrEqual(2)
  expect(after.mlflow - before.mlflow).toBeLessThanOrEqual(3)
})

test('each target is pruned by its own selection', async () => {
  const { runId } = await project.register('third')
  const [a, b] = [target('a', 'third'), target('b', 'third')]
  await sync([a, b])
  const prune = { maxDeletions: 1 }
  const selection = { ...a.selection, aliases: ['champion'] }
  const result = await sync([
    { ...a, prune, selection },
    { ...b, prune },
  ])
  expect(result.entries.map(({ path, outcome }) => [path, outcome])).toEqual([
    [`a/${runId}.yaml`, 'deleted'],
    [`b/${runId}.yaml`, 'unchanged'],
  ])
  expect(project.repository.git('ls-tree', '-r', '--name-only', 'main', 'a', 'b').trim()).toBe(
    `b/${runId}.yaml`,
  )
})

import { afterAll, expect, test } from '@jest/globals'
import type { SyncResult } from '../../src/core/result.ts'
import { createTarget, type Target } from '../../src/core/target.ts'
import { useWorld } from '../../testing/use-world.ts'
import { inProcess } from '../fixtures/in-process.ts'

const world = await useWorld({ version: 3 })
const project = world.createProject()
const { inputs, clients, sync: runSync } = inProcess(world, project, world.mlflow.url)
afterAll(() => clients.close())

const base = createTarget(inputs.target)
function target(directory: string, model: string, fields: Partial<Target> = {}): Target {
  return {
    ...base,
    name: directory,
    directory,
    ...fields,
    selection: { ...base.selection, models: (name) => name === project.model(model) },
  }
}

function sync(targets: readonly Target[]): Promise<SyncResult> {
  return runSync({ targets })
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
  const old = await project.register('third')
  const champion = await project.register('third')
  await world.api.setAlias(champion.name, 'champion', champion.version)
  const [a, b] = [target('a', 'third'), target('b', 'third')]
  await sync([a, b])
  const prune = { maxDeletions: 1 }
  const selection = { ...a.selection, aliases: ['champion'] }
  const result = await sync([
    { ...a, prune, selection },
    { ...b, prune },
  ])
  expect(result.entries.filter(({ outcome }) => outcome !== 'unchanged')).toMatchObject([
    { path: `a/${old.runId}.yaml`, outcome: 'deleted' },
  ])
  const names = [old.runId, champion.runId].map((runId) => `${runId}.yaml`)
  expect(project.repository.paths('main', 'a')).toEqual([`a/${champion.runId}.yaml`])
  expect(project.repository.paths('main', 'b')).toEqual(names.map((n) => `b/${n}`).toSorted())
})

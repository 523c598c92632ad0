import { beforeEach, describe, expect, test } from '@jest/globals'
import { breakRun, changeListing } from '../../testing/mlflow/gateway-rules.ts'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(() => {
  project = world.createProject()
})

function sync(inputs = {}) {
  return project.sync({ path: 'values', ...inputs })
}
function prune(inputs = {}) {
  return sync({ prune: 'true', ...inputs })
}
function pathOf(runId: string): string {
  return `values/${runId}.yaml`
}
function paths(): string[] {
  return project.repository.paths('main', 'values')
}

/** Registers versions 1, 2, … of one model and syncs their files; returns the run ids. */
async function syncVersions(count: number): Promise<string[]> {
  const runIds: string[] = []
  for (let version = 1; version <= count; version += 1) {
    runIds.push((await project.registerExternal('model')).runId)
  }
  await sync()
  return runIds
}

describe('prune', () => {
  test('deletes the files of a deleted version and of a deleted run in one commit', async () => {
    const [first = '', second = '', third = ''] = await syncVersions(3)
    await world.api.deleteVersion(project.model('model'), '1')
    await world.api.deleteRun(second)
    expect((await sync()).outputs).toMatchObject({ operation: 'none', 'skipped-count': '1' })
    expect(paths()).toContain(pathOf(first))
    const step = await prune()
    expect(step.outputs).toMatchObject({ operation: 'committed', 'deleted-count': '2' })
    expect(paths()).toEqual([pathOf(third)])
    expect(project.repository.git('log', '-1', '--format=%s', 'main')).toBe(
      'Sync MLflow models: 2 deleted',
    )
  })

  test('deletes nothing and fails with the list when max-deletions is exceeded', async () => {
    const [first = ''] = await syncVersions(4)
    for (const version of ['1', '2', '3']) {
      await world.api.deleteVersion(project.model('model'), version)
    }
    const step = await prune({ 'max-deletions': '2' })
    expect(step.exitCode).toBe(1)
    expect(step.log).toMatch(/would delete 3 files, more than max-deletions \(2\)/)
    expect(step.log).toContain(pathOf(first))
    expect(paths()).toHaveLength(4)
  })

  test('leaves foreign files, files on hold and files of other models alone', async () => {
    const [first = ''] = await syncVersions(2)
    const name = project.model('model')
    const otherRun = 'a'.repeat(32)
    const heldRun = 'b'.repeat(32)
    project.repository.push('main', {
      [pathOf(otherRun)]: `global: {runid: ${otherRun}, modelName: somebody-elses}\n`,
      'values/notes.yaml': `global: {runid: notes2, modelName: ${name}}\n`,
      [pathOf(heldRun)]: `# mlflow-sync: hold\nglobal: {runid: ${heldRun}, modelName: ${name}}\n`,
      'values/README.md': 'x',
    })
    await world.api.deleteVersion(name, '1')
    const step = await prune()
    expect(step.changes.filter(({ outcome }) => outcome === 'deleted')).toEqual([
      expect.objectContaining({ runId: first, previousVersion: '1' }),
    ])
    expect(paths()).toHaveLength(5)
  })

  test('keeps the file of a version that is younger than minimum-age', async () => {
    const { runId } = await project.register('young')
    await project.register('other')
    await sync()
    const head = project.repository.head()
    const step = await prune({ 'minimum-age': '1d' })
    expect(step.outputs).toMatchObject({ operation: 'none', 'skipped-count': '2' })
    expect(project.repository.head()).toBe(head)
    expect(paths()).toContain(pathOf(runId))
  })

  test("leaves another job's files alone, even if a run is registered under both models", async () => {
    const { runId } = await project.register('team-a')
    await project.registerExternal('team-b', { runId })
    await sync({ models: project.model('team-b') })
    const head = project.repository.head()
    const step = await prune({ models: project.model('team-a') })
    expect(step.outputs).toMatchObject({ operation: 'none', 'skipped-count': '1' })
    expect(step.changes[0]?.reason).toMatch(/is about model .*team-b, which is not within models/)
    expect(project.repository.head()).toBe(head)
  })
})

describe('prune does not trust a listing', () => {
  /** Syncs two models; returns the run of the one that the listing will then misrepresent. */
  async function syncTwoModels(): Promise<string> {
    const { runId } = await project.register('a')
    await project.register('b')
    await sync()
    return runId
  }

  test('that lacks a version MLflow returns when asked for it', async () => {
    const runId = await syncTwoModels()
    world.gateway.rule = changeListing((rows) => rows.filter((row) => row.run_id !== runId))
    const step = await prune()
    expect(step.outputs).toMatchObject({ operation: 'none', 'deleted-count': '0' })
    expect(step.changes[0]).toMatchObject({ runId, outcome: 'skipped' })
    expect(paths()).toContain(pathOf(runId))
  })

  test('that hides the run of a version, as MLflow 3.17 does without permission to read runs', async () => {
    const runId = await syncTwoModels()
    world.gateway.rule = changeListing((rows) =>
      rows.map((row) =>
        row.run_id === runId ? { ...row, run_id: undefined, source: 's3://b/m' } : row,
      ),
    )
    const step = await prune()
    expect(step.outputs['deleted-count']).toBe('0')
    expect(paths()).toContain(pathOf(runId))
  })

  test('that is empty', async () => {
    const [runId = ''] = await syncVersions(1)
    await world.api.deleteVersion(project.model('model'), '1')
    world.gateway.rule = changeListing(() => [])
    const step = await prune()
    expect(step.log).toMatch(/Nothing is pruned: MLflow lists no model version at all/)
    expect(paths()).toContain(pathOf(runId))
  })

  test('while a run cannot be read', async () => {
    const [runId = ''] = await syncVersions(1)
    await world.api.deleteVersion(project.model('model'), '1')
    const broken = await project.register('broken')
    world.gateway.rule = breakRun(broken.runId)
    const step = await prune()
    expect(step.log).toMatch(/Nothing is pruned: 1 run could not be read/)
    expect(paths()).toContain(pathOf(runId))
  })
})

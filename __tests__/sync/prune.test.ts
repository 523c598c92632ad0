import { beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { breakRun, changeListing, json } from '../../testing/mlflow/gateway-rules.ts'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess, type InProcessStep } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(() => {
  project = world.createProject()
})

function sync(inputs = {}) {
  return stepInProcess(world, project, { path: 'values', ...inputs })
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

  /** Syncs three versions, deletes two of them in MLflow and registers another one. */
  async function exceedLimit(): Promise<string[]> {
    const [first = '', second = ''] = await syncVersions(3)
    for (const version of ['1', '2']) {
      await world.api.deleteVersion(project.model('model'), version)
    }
    await project.registerExternal('new')
    return [first, second]
  }

  function withheldIn({ report }: InProcessStep): unknown[] {
    return report.records
      .filter(({ outcome }) => outcome === 'skipped')
      .map(({ runId, modelVersion, reason }) => [runId, modelVersion, reason])
      .toSorted()
  }

  test('withholds all deletions and fails when max-deletions is exceeded, but writes the rest', async () => {
    const runIds = await exceedLimit()
    const step = await prune({ 'max-deletions': '1' })
    expect(step.exitCode).toBe(1)
    expect(step.outputs).toMatchObject({
      operation: 'committed',
      'created-count': '1',
      'deleted-count': '0',
      'skipped-count': '2',
    })
    expect(paths()).toHaveLength(4)
    const reason =
      /^no selected model version belongs to this run.*; kept because of `max-deletions: 1`$/
    expect(withheldIn(step)).toEqual(
      runIds
        .map((runId, index) => [runId, String(index + 1), expect.stringMatching(reason) as unknown])
        .toSorted(),
    )
    const { message = '', advice = '' } = step.report.error ?? {}
    expect(message).toMatch(/would delete 2 files, more than `max-deletions: 1` allows/)
    expect(message).not.toContain('.yaml')
    expect(step.summary).toMatch(/^## ❌ Committed .*: 1 created; 2 deletions withheld\n/)
    expect(step.summary).toContain('\n### Not deleted\n')
    for (const runId of runIds) {
      expect(step.summary).toContain(`/blob/main/${pathOf(runId)}) | no selected`)
    }
    const [, pasted = ''] = /run once with `(max-deletions: \d+)`/.exec(advice ?? '') ?? []
    expect(step.summary).toContain(`\`${pasted}\``)
    const given = parse(pasted) as Record<string, unknown>
    const texts = Object.entries(given).map(([name, value]): [string, string] => [
      name,
      String(value),
    ])
    const again = await prune(Object.fromEntries(texts))
    expect(again.outputs).toMatchObject({ operation: 'committed', 'deleted-count': '2' })
  })

  test('shows withheld deletions in mode plan, where they are no failure, beside the other changes', async () => {
    await exceedLimit()
    const step = await prune({ 'max-deletions': '1', mode: 'plan' })
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({
      operation: 'planned',
      'created-count': '1',
      'deleted-count': '0',
      'skipped-count': '2',
    })
    expect(step.report.error).toBeNull()
    expect(withheldIn(step)).toHaveLength(2)
    expect(step.warnings.join()).toMatch(/would delete 2 files, more than `max-deletions: 1`/)
    expect(step.summary).toMatch(
      /^## ⚠️ Plan: a sync would create 1 file in .*; 2 deletions withheld\n/,
    )
    expect(step.summary).toContain('\n### Would not be deleted\n')
    expect(step.summary).toContain('\n### Would change\n')
  })

  test('deletes the files of a model that gets a new version in every sync', async () => {
    const [first = ''] = await syncVersions(3)
    await world.api.deleteVersion(project.model('model'), '1')
    await project.register('model')
    expect((await prune()).outputs).toMatchObject({ 'created-count': '1', 'deleted-count': '0' })
    await world.api.deleteVersion(project.model('model'), '2')
    await project.register('model')
    expect((await prune()).outputs).toMatchObject({ 'created-count': '1', 'deleted-count': '1' })
    expect(paths()).not.toContain(pathOf(first))
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
    expect(step.changes[0]?.reason).toMatch(
      /is about model `.*team-b`, which `models` does not select/,
    )
    expect(project.repository.head()).toBe(head)
  })
})

describe('prune deletes nothing because of a selection that is probably a mistake', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    [
      'a misspelt alias',
      { aliases: 'champoin' },
      /no selected version has the alias `champoin`\. Did you mean `champion`\? Aliases in use: `champion`/,
    ],
    [
      'a second alias that is misspelt',
      { aliases: 'champion\nchalenger' },
      /no selected version has the alias `chalenger`/,
    ],
    [
      'a run-filter that no run matches',
      { 'run-filter': 'metrics.accuracy > 2' },
      /Nothing is selected: no run matches `run-filter`/,
    ],
    ['a minimum age', { 'minimum-age': '1d' }, /younger than `minimum-age`/],
    [
      'a filter that no version matches',
      { filter: "tags.deploy = 'never'" },
      /no model version matches `filter`/,
    ],
  ])('%s', async (_name, inputs, warning) => {
    await syncVersions(3)
    await world.api.setAlias(project.model('model'), 'champion', '3')
    const head = project.repository.head()
    const step = await prune(inputs)
    expect(step.outputs).toMatchObject({ operation: 'none', 'deleted-count': '0' })
    expect(step.warnings.join('\n')).toMatch(warning)
    expect(project.repository.head()).toBe(head)
  })

  test('a pattern of models that matches nothing', async () => {
    await syncVersions(2)
    await world.api.deleteVersion(project.model('model'), '1')
    const step = await prune({ models: `${project.model('model')}\n${project.model('modle')}` })
    expect(step.warnings.join('\n')).toMatch(/no registered model matches `.*modle`\. .*closest/)
    expect(paths()).toHaveLength(2)
  })

  test('one that would leave no file at all', async () => {
    await syncVersions(1)
    const { runId } = await project.register('broken')
    world.gateway.rule = changeListing((rows) =>
      rows.filter((row) => row.name !== project.model('model')),
    )
    await world.api.deleteVersion(project.model('model'), '1')
    await world.api.deleteRun(runId)
    const step = await prune()
    expect(step.warnings.join('\n')).toMatch(/would leave the directory without any values file/)
    expect(paths()).toHaveLength(1)
  })
})

describe('with aliases, prune deletes', () => {
  async function promote(version: string): Promise<void> {
    await world.api.setAlias(project.model('model'), 'champion', version)
  }

  test('the old version one sync after its successor was created', async () => {
    const old = await project.register('model')
    await promote('1')
    await prune({ aliases: 'champion' })
    const successor = await project.register('model')
    await promote('2')
    const step = await prune({ aliases: 'champion' })
    expect(step.outputs).toMatchObject({ 'created-count': '1', 'deleted-count': '0' })
    expect(step.changes.find(({ runId }) => runId === old.runId)).toMatchObject({
      outcome: 'skipped',
      reason: expect.stringMatching(/version 2 has to be deployed first/) as unknown,
    })
    const later = await prune({ aliases: 'champion' })
    expect(later.outputs).toMatchObject({ 'created-count': '0', 'deleted-count': '1' })
    expect(paths()).toEqual([pathOf(successor.runId)])
  })

  test('no version of a model that was renamed, before its successor is deployed', async () => {
    const old = await project.register('model')
    await promote('1')
    await prune({ aliases: 'champion' })
    await project.register('model')
    await world.api.renameModel(project.model('model'), project.model('renamed'))
    await world.api.setAlias(project.model('renamed'), 'champion', '2')
    const step = await prune({ aliases: 'champion' })
    expect(step.outputs).toMatchObject({ 'created-count': '1', 'deleted-count': '0' })
    expect(step.changes[0]).toMatchObject({ outcome: 'created', previousVersion: '1' })
    expect(paths()).toContain(pathOf(old.runId))
    expect((await prune({ aliases: 'champion' })).outputs['deleted-count']).toBe('1')
  })

  test('nothing while its successor cannot be deployed', async () => {
    const old = await project.register('model')
    await promote('1')
    await prune({ aliases: 'champion' })
    await project.registerExternal('model', { source: 'hf:/meta-llama/Llama-3-8B' })
    await promote('2')
    const step = await prune({ aliases: 'champion' })
    expect(step.outputs).toMatchObject({ 'failed-count': '1', 'deleted-count': '0' })
    expect(paths()).toEqual([pathOf(old.runId)])
  })

  test('nothing whose alias moved after the registered models were listed', async () => {
    const old = await project.register('model')
    await project.register('other')
    await promote('1')
    await world.api.setAlias(project.model('other'), 'champion', '1')
    await prune({ aliases: 'champion' })
    await project.register('model')
    world.gateway.rule = async ({ url }, forward) => {
      if (!url.includes('registered-models/search')) return undefined
      // The listing no longer has the alias; then it gets its new version.
      await world.api.deleteAlias(project.model('model'), 'champion')
      const page = await forward()
      await promote('2')
      return page
    }
    const step = await prune({ aliases: 'champion' })
    expect(step.changes).toMatchObject([
      { runId: old.runId, outcome: 'skipped', reason: expect.stringMatching(/alias .* moved/) },
    ])
    world.gateway.rule = undefined
    await prune({ aliases: 'champion' })
    expect(paths()).toHaveLength(3)
  })

  test('nothing while its successor is on a file that cannot be written', async () => {
    const old = await project.register('model')
    await promote('1')
    await prune({ aliases: 'champion' })
    const successor = await project.register('model')
    project.repository.push('main', { [pathOf(successor.runId)]: '- a list\n' })
    await promote('2')
    const step = await prune({ aliases: 'champion' })
    expect(step.outputs).toMatchObject({ 'failed-count': '1', 'deleted-count': '0' })
    expect(paths()).toContain(pathOf(old.runId))
  })

  test('a version that lost its alias to one that the filter rejects', async () => {
    const kept = await project.register('other', { versionTags: { deploy: 'yes' } })
    await project.register('model', { versionTags: { deploy: 'yes' } })
    await promote('1')
    await world.api.setAlias(project.model('other'), 'champion', '1')
    const inputs = { aliases: 'champion', filter: "tags.deploy = 'yes'" }
    await prune(inputs)
    await project.register('model')
    await promote('2')
    expect((await prune(inputs)).outputs['deleted-count']).toBe('1')
    expect(paths()).toEqual([pathOf(kept.runId)])
  })

  test('no model whose aliases the listing missed', async () => {
    const { runId } = await project.register('model')
    await project.register('other')
    await promote('1')
    await world.api.setAlias(project.model('other'), 'champion', '1')
    await prune({ aliases: 'champion' })
    world.gateway.rule = async ({ url }, forward) => {
      if (!url.includes('registered-models/search')) return undefined
      const { body } = await forward()
      const page = JSON.parse(body) as { registered_models: { name: string }[] }
      const models = page.registered_models.filter(({ name }) => name !== project.model('model'))
      return json({ ...page, registered_models: models })
    }
    const step = await prune({ aliases: 'champion' })
    expect(step.changes).toMatchObject([{ runId, outcome: 'skipped' }])
    expect(paths()).toContain(pathOf(runId))
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

  test('that an access rule hides a model from', async () => {
    const runId = await syncTwoModels()
    const hidden = project.model('a')
    const hideRows = changeListing((rows) => rows.filter(({ name }) => name !== hidden))
    world.gateway.rule = (request, forward) => {
      const isAbout = request.url.includes(`name=${hidden}`)
      if (isAbout) return json({ error_code: 'PERMISSION_DENIED', message: 'no' }, 403)
      if (request.url.includes('run_id')) return json({})
      return hideRows(request, forward)
    }
    const step = await prune()
    expect(step.exitCode).toBe(0)
    expect(step.changes[0]).toMatchObject({
      runId,
      outcome: 'skipped',
      reason: expect.stringMatching(/does not show its model version/) as unknown,
    })
    expect(paths()).toContain(pathOf(runId))
  })

  test('that lacks a version whose run only its logged model names', async () => {
    await project.register('b')
    const runId = await project.createRun()
    const modelId = await world.api.createLoggedModel(world.experiment.id, 'model', runId)
    const source = `mlflow-artifacts:/${world.experiment.id}/models/${modelId}/artifacts`
    const row = { name: project.model('ui'), version: '1', creation_timestamp: 1, source }
    const current = { model_version: { ...row, run_id: '' } }
    const addRow = changeListing((rows) => [...rows, row])
    world.gateway.rule = (request, forward) =>
      request.url.includes('model-versions/get?') ? json(current) : addRow(request, forward)
    await sync()
    expect(paths()).toContain(pathOf(runId))
    world.gateway.rule = ({ url }) =>
      url.includes('model-versions/get?') ? json(current) : undefined
    const step = await prune()
    expect(step.changes[0]).toMatchObject({ runId, outcome: 'skipped' })
    expect(paths()).toContain(pathOf(runId))
  })

  test('that MLflow cannot confirm', async () => {
    const runId = await syncTwoModels()
    await world.api.deleteVersion(project.model('a'), '1')
    world.gateway.rule = ({ url }) =>
      url.includes('model-versions/get?') ? json({ error_code: 'INTERNAL_ERROR' }, 500) : undefined
    const step = await prune()
    expect(step.exitCode).toBe(1)
    expect(step.changes[0]).toMatchObject({ runId, outcome: 'failed' })
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

import { beforeEach, describe, expect, test } from '@jest/globals'
import { breakRun, changeListing, json, listOnly } from '../../testing/mlflow/gateway-rules.ts'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(() => {
  project = world.createProject()
})

function sync(inputs = {}) {
  return stepInProcess(world, project, { path: 'values', ...inputs })
}
function paths(): string[] {
  return project.repository.paths('main', 'values')
}

describe('among several versions of one run,', () => {
  test('the newest wins, then the one with the higher number, then the first by name', async () => {
    const runId = await project.createRun()
    const rows = [
      { name: project.model('b'), version: '9', creation_timestamp: 1000 },
      { name: project.model('a'), version: '10', creation_timestamp: 1000 },
      { name: project.model('c'), version: '10', creation_timestamp: 1000 },
      { name: project.model('z'), version: '99', creation_timestamp: 999 },
    ].map((row) => ({
      ...row,
      run_id: runId,
      source: `s3://bucket/1/${runId}/artifacts/model`,
      status: 'READY',
    }))
    for (const order of [rows, rows.toReversed()]) {
      world.gateway.rule = listOnly(order)
      await sync()
      expect(project.repository.read(`values/${runId}.yaml`)).toContain(
        `modelName: ${project.model('a')}\n  modelVersion: "10"`,
      )
    }
  })
})

describe('a version that cannot be deployed', () => {
  test('is skipped with the reason when it is not READY or has no run; a prompt is ignored', async () => {
    const runId = await project.createRun()
    const row = { version: '1', creation_timestamp: 1, source: 's3://b/m' }
    world.gateway.rule = listOnly([
      { ...row, name: project.model('p'), run_id: runId, status: 'PENDING_REGISTRATION' },
      { ...row, name: project.model('n'), run_id: '' },
      {
        ...row,
        name: project.model('prompt'),
        tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }],
      },
    ])
    const step = await sync()
    expect(step.exitCode).toBe(0)
    expect(
      step.changes.map(({ modelName, outcome, reason }) => [modelName, outcome, reason]),
    ).toEqual([
      [project.model('p'), 'skipped', 'its status is `PENDING_REGISTRATION`, not `READY`'],
      [project.model('n'), 'skipped', 'MLflow names no run for this version'],
    ])
  })

  test('is the only one to fail, and is not written, when its run_id is invalid', async () => {
    const good = await project.register('good')
    for (const runId of ['../../.github/workflows/x', 'a b', '.hidden', 'x'.repeat(257)]) {
      // MLflow may reject some of them itself.
      await project.registerExternal('bad', { runId }).catch(() => undefined)
    }
    const step = await sync()
    expect(step.exitCode).toBe(1)
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(Number(step.outputs['failed-count'])).toBeGreaterThanOrEqual(3)
    expect(paths()).toEqual([`values/${good.runId}.yaml`])
    expect(step.log).toMatch(/not a valid MLflow run id/)
  })

  test('is skipped when MLflow does not have its run, and is the only one to fail when its run cannot be read', async () => {
    const good = await project.register('good')
    const broken = await project.register('broken')
    await project.registerExternal('gone', { runId: 'f'.repeat(32) })
    world.gateway.rule = breakRun(broken.runId)
    const step = await sync()
    expect(step.outputs).toMatchObject({
      'created-count': '1',
      'skipped-count': '1',
      'failed-count': '1',
    })
    expect(paths()).toEqual([`values/${good.runId}.yaml`])
    const failed = step.changes.find(({ outcome }) => outcome === 'failed')
    expect(failed?.runId).toBe(broken.runId)
    expect(failed?.reason).toContain('corrupt row')
  })
})

describe('a version of another model that registers the same run', () => {
  test('is reported as skipped, naming the winner', async () => {
    const { runId, name } = await project.register('staging')
    const winner = await project.registerExternal('prod', { runId })
    const step = await sync()
    expect(step.outputs).toMatchObject({ 'created-count': '1', 'skipped-count': '1' })
    expect(step.changes.find(({ outcome }) => outcome === 'skipped')).toMatchObject({
      modelName: name,
      reason: `\`${winner.name}\` version 1 registers the same run and takes precedence`,
    })
  })
})

describe('a file is not moved to an older version of its run', () => {
  test('because the newer one is younger than minimum-age', async () => {
    const { runId } = await project.registerExternal('model')
    await project.registerExternal('model', { runId })
    await project.register('other')
    await sync()
    const before = project.repository.read(`values/${runId}.yaml`)
    world.gateway.rule = changeListing((rows) =>
      rows.map((row) => (row.version === '1' ? { ...row, creation_timestamp: 1 } : row)),
    )
    const step = await sync({ 'minimum-age': '1h' })
    expect(step.exitCode).toBe(0)
    expect(step.changes.find(({ path }) => path === `values/${runId}.yaml`)).toMatchObject({
      outcome: 'skipped',
      modelVersion: '2',
    })
    expect(project.repository.read(`values/${runId}.yaml`)).toBe(before)
  })

  test('unless its own was deleted or lost the alias', async () => {
    const { runId, name } = await project.registerExternal('model')
    await project.registerExternal('model', { runId })
    await sync()
    await world.api.setAlias(name, 'champion', '1')
    expect((await sync({ aliases: 'champion' })).outputs['updated-count']).toBe('1')
    expect((await sync()).outputs['updated-count']).toBe('1')
    await world.api.deleteVersion(name, '2')
    expect((await sync()).outputs['updated-count']).toBe('1')
    expect(project.repository.read(`values/${runId}.yaml`)).toContain('modelVersion: "1"')
  })
})

describe('selecting nothing', () => {
  test('is a warning, and a problem in mode: check', async () => {
    await project.register('llama-7b')
    const inputs = { models: project.model('lama-*') }
    const step = await sync(inputs)
    expect(step.outputs).toMatchObject({ operation: 'none', changed: 'false' })
    expect(step.warnings.join()).toMatch(/no registered model matches `.*lama-\*`.*llama-7b/)
    const check = await sync({ ...inputs, mode: 'check' })
    expect(check.exitCode).toBe(1)
    expect(check.connections.find(({ name }) => name === 'MLflow: selection')).toMatchObject({
      status: 'failed',
      detail: expect.stringMatching(/no registered model matches/) as unknown,
      advice: expect.stringMatching(/llama-7b/) as unknown,
    })
  })
})

describe("one run's broken data costs no request per run:", () => {
  test('experiment ids in files that MLflow cannot have', async () => {
    const runs = await Promise.all([1, 2, 3, 4].map((index) => project.register(`m${index}`)))
    await sync()
    const ids = ['abc', '99999999999999999999999', '../1', '-1']
    for (const [index, { runId }] of runs.entries()) {
      const path = `values/${runId}.yaml`
      const text = project.repository.read(path)
      const damaged = text.replace(/experimentId: .*/, `experimentId: "${ids[index] ?? ''}"`)
      project.repository.push('main', { [path]: damaged })
    }
    const step = await sync()
    expect(step.outputs).toMatchObject({ 'updated-count': '4', 'failed-count': '0' })
    // The last one reads the metrics and parameters of all four for the summary.
    expect(step.mlflowRequests).toHaveLength(4)
  })

  test('sources with experiment ids that MLflow cannot have', async () => {
    const hostile = ['abc', '9'.repeat(30), "1' OR '1", 'a b']
    for (const [index, id] of hostile.entries()) {
      const runId = await project.createRun()
      const source = `s3://b/${id}/${runId}/artifacts/model`
      await project.registerExternal(`m${index}`, { runId, source })
    }
    const step = await sync()
    expect(step.outputs).toMatchObject({ 'created-count': '4', 'failed-count': '0' })
    expect(step.mlflowRequests).toHaveLength(3)
  })

  test('an experiment that a hint names and MLflow rejects', async () => {
    await project.register('a')
    await sync()
    let rejections = 0
    world.gateway.rule = ({ url, body }) => {
      if (!url.includes('runs/search') || !/"experiment_ids":\["\d+"\]/.test(body)) return undefined
      rejections += 1
      return json({ error_code: 'PERMISSION_DENIED', message: 'no' }, 403)
    }
    const step = await sync()
    expect(rejections).toBe(1)
    expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '1' })
  })

  test('a run that makes MLflow reject the run-filter fails alone', async () => {
    const good = await project.register('good', { metrics: { accuracy: 0.9 } })
    const broken = await project.register('broken', { metrics: { accuracy: 0.9 } })
    for (let count = 0; count < 5; count += 1) {
      await project.createRun({ metrics: { accuracy: 0.9 } })
    }
    world.gateway.rule = breakRun(broken.runId)
    const step = await sync({ 'run-filter': 'metrics.accuracy > 0.5' })
    const probes = step.mlflowRequests.filter(({ body }) => body.includes('"max_results":1,'))
    expect(probes.length).toBeLessThanOrEqual(1)
    expect(step.outputs).toMatchObject({ 'created-count': '1', 'failed-count': '1' })
    expect(paths()).toEqual([`values/${good.runId}.yaml`])
    expect(step.changes.find(({ outcome }) => outcome === 'failed')?.reason).toContain('corrupt')
  })

  test('a run that MLflow no longer has is not said to fail the run-filter', async () => {
    await project.register('good', { metrics: { accuracy: 0.9 } })
    await project.register('rejected', { metrics: { accuracy: 0.1 } })
    await project.registerExternal('gone', { runId: 'f'.repeat(32) })
    const step = await sync({ 'run-filter': 'metrics.accuracy > 0.5' })
    const skipped = step.changes.filter(({ outcome }) => outcome === 'skipped')
    expect(skipped.map(({ reason }) => reason).toSorted()).toEqual([
      'MLflow no longer has the run (or does not show it to this user)',
      'its run does not match `run-filter`',
    ])
  })

  test('an alias in another form than the others', async () => {
    const { name } = await project.register('model')
    const odd = await project.register('odd')
    for (const other of [name, odd.name]) await world.api.setAlias(other, 'champion', '1')
    world.gateway.rule = async ({ url }, forward) => {
      if (!url.includes('registered-models/search')) return undefined
      const page = JSON.parse((await forward()).body) as { registered_models: { name: string }[] }
      const models = page.registered_models.map((model) =>
        model.name === odd.name
          ? { ...model, aliases: [{ alias: 'champion', version: null }] }
          : model,
      )
      return json({ ...page, registered_models: models })
    }
    const step = await sync({ aliases: 'champion' })
    expect(step.outputs['created-count']).toBe('1')
    expect(step.warnings.join()).toMatch(/data about the registered model `.*odd` can't be used/)
  })

  test('a server that rejects every run', async () => {
    for (let count = 0; count < 24; count += 1) await project.registerExternal('many')
    world.gateway.rule = ({ url }) =>
      url.includes('runs/search') ? json({ error_code: 'X', message: 'no' }, 400) : undefined
    const step = await sync()
    expect(step.outputs['failed-count']).toBe('24')
    expect(step.mlflowRequests.length).toBeLessThan(26)
    const check = await sync({ mode: 'check' })
    expect(check.connections.find(({ name }) => name === 'MLflow: runs')?.status).toBe('failed')
  })
})

describe('the inputs', () => {
  /** Ids of the runs whose files a sync with these inputs would create. */
  async function selectedRuns(inputs: Record<string, string>): Promise<(string | null)[]> {
    const step = await sync({ mode: 'plan', ...inputs })
    return step.changes.filter(({ outcome }) => outcome === 'created').map(({ runId }) => runId)
  }

  test('models, aliases, filter, run-filter and minimum-age select versions', async () => {
    const a = await project.register('a', {
      metrics: { accuracy: 0.95 },
      versionTags: { deploy: 'yes' },
    })
    const b = await project.register('b', { metrics: { accuracy: 0.5 } })
    await world.api.setAlias(b.name, 'champion', '1')
    expect((await selectedRuns({})).toSorted()).toEqual([a.runId, b.runId].toSorted())
    expect(await selectedRuns({ models: `${project.model('*')}\n!*-b` })).toEqual([a.runId])
    expect(await selectedRuns({ aliases: 'champion\nother' })).toEqual([b.runId])
    expect(await selectedRuns({ filter: "tags.deploy = 'yes'" })).toEqual([a.runId])
    expect(await selectedRuns({ 'run-filter': 'metrics.accuracy >= 0.9' })).toEqual([a.runId])
    expect(await selectedRuns({ 'minimum-age': '1h' })).toEqual([])
  })

  test.each(['filter', 'run-filter'])(
    '%s is mentioned in the error when MLflow rejects it',
    async (input) => {
      await project.register('a')
      const step = await sync({ mode: 'plan', [input]: 'nonsense ~ 1' })
      expect(step.exitCode).toBe(1)
      expect(step.log).toMatch(new RegExp(`MLflow rejected the \`${input}\` input: .*nonsense`))
    },
  )
})

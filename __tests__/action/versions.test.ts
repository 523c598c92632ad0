import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { startGateway, type Gateway } from '../../testing/mlflow/gateway.ts'
import { createWorld, type World } from '../../testing/world.ts'

let world: World
let gateway: Gateway
let experiment: string
let directory = ''
let counter = 0

beforeAll(async () => {
  world = await createWorld({ version: 3 })
  gateway = await startGateway(world.mlflow.url)
  experiment = await world.api.createExperiment('e')
})

afterAll(async () => {
  await gateway.close()
  await world.close()
})

beforeEach(() => {
  gateway.rule = undefined
  counter += 1
  directory = `d${counter}`
})

/** Each test has models and a directory of its own. */
const model = (name: string): string => `t${counter}-${name}`

const sync = (inputs: Record<string, string> = {}) =>
  world.sync({
    'mlflow-tracking-uri': gateway.url,
    path: directory,
    models: `t${counter}-*`,
    ...inputs,
  })

const register = (name: string, spec = {}) => world.api.register(model(name), experiment, spec)

const files = (): string[] =>
  world.repository
    .paths('main', directory)
    .map((path) => path.slice(directory.length + 1).replace('.yaml', ''))
    .toSorted()

const changes = (step: { outputs: Readonly<Record<string, string>> }) =>
  JSON.parse(step.outputs.changes ?? '[]') as Record<string, string | null>[]

describe('the listing', () => {
  test('is read to its last page, through short and empty ones', async () => {
    const runs = [await register('a'), await register('b'), await register('c')]
    gateway.rule = async (request, pass) => {
      if (!request.url.includes('model-versions/search')) return undefined
      const url = new URL(request.url, gateway.url)
      const token = url.searchParams.get('page_token')
      const page = token === null ? 0 : Number(token.slice(1))
      url.searchParams.delete('page_token')
      const all = JSON.parse((await pass(url.pathname + url.search)).body) as {
        model_versions: { name: string }[]
      }
      const own = all.model_versions.filter(({ name }) => name.startsWith(`t${counter}-`))
      const pages: unknown[] = [
        { next_page_token: 'p1' },
        { model_versions: own.slice(0, 1), next_page_token: 'p2' },
        { model_versions: [], next_page_token: 'p3' },
        { model_versions: own.slice(0, 3), next_page_token: '' },
      ]
      return { status: 200, body: JSON.stringify(pages[page]) }
    }
    const step = await sync()
    expect(step.outputs['created-count']).toBe('3')
    expect(files()).toEqual(runs.map(({ runId }) => runId).toSorted())
  })

  test('that would never end is an error', async () => {
    gateway.rule = () => ({ status: 200, body: '{"next_page_token":"again"}' })
    const step = await sync()
    expect(step.exitCode).toBe(1)
    expect(step.stdout).toMatch(/does not end: a page token came twice/)
  })

  test('that breaks in the middle writes nothing', async () => {
    await register('a')
    gateway.rule = ({ url }) => {
      if (!url.includes('model-versions/search')) return undefined
      if (url.includes('page_token'))
        return { status: 500, body: '{"error_code":"INTERNAL_ERROR"}' }
      return {
        status: 200,
        body: '{"model_versions":[{"name":"m","version":"1","creation_timestamp":1,"run_id":"abc"}],"next_page_token":"t"}',
      }
    }
    const step = await sync()
    expect(step.outputs.operation).toBe('failed')
    expect(files()).toEqual([])
  })
})

describe('of several versions of one run', () => {
  test('the newest wins, then the higher number, then the name', async () => {
    const runId = await world.api.createRun(experiment)
    const rows = [
      { name: model('b'), version: '9', creation_timestamp: 1000 },
      { name: model('a'), version: '10', creation_timestamp: 1000 },
      { name: model('c'), version: '10', creation_timestamp: 1000 },
      { name: model('z'), version: '99', creation_timestamp: 999 },
    ].map((row) => ({ ...row, run_id: runId, source: 's3://b/m', status: 'READY' }))
    for (const order of [rows, rows.toReversed()]) {
      gateway.rule = ({ url }) =>
        url.includes('model-versions/search')
          ? { status: 200, body: JSON.stringify({ model_versions: order }) }
          : undefined
      await sync()
      expect(world.repository.read(`${directory}/${runId}.yaml`)).toContain(
        `modelName: ${model('a')}\n  modelVersion: "10"`,
      )
    }
  })
})

describe('what is no deployable version', () => {
  test('a status that is not READY, and a version without a run, are skipped with the reason', async () => {
    const pending = await world.api.createRun(experiment)
    const row = { creation_timestamp: 1, source: 's3://b/m' }
    gateway.rule = ({ url }) =>
      url.includes('model-versions/search')
        ? {
            status: 200,
            body: JSON.stringify({
              model_versions: [
                {
                  ...row,
                  name: model('p'),
                  version: '1',
                  run_id: pending,
                  status: 'PENDING_REGISTRATION',
                },
                { ...row, name: model('n'), version: '1', run_id: '' },
                {
                  ...row,
                  name: model('prompt'),
                  version: '1',
                  tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }],
                },
              ],
            }),
          }
        : undefined
    const step = await sync()
    expect(step.exitCode).toBe(0)
    expect(
      changes(step).map(({ modelName, outcome, reason }) => [modelName, outcome, reason]),
    ).toEqual([
      [model('p'), 'skipped', 'its status is PENDING_REGISTRATION, not READY'],
      [model('n'), 'skipped', 'MLflow names no run for this version'],
    ])
  })

  test('a run_id that is no run id fails alone and touches nothing', async () => {
    const good = await register('good')
    for (const runId of ['../../.github/workflows/x', 'a b', '.hidden', 'x'.repeat(257)]) {
      await world.api
        .createModelVersion({ name: model('bad'), source: 's3://b/m', runId })
        .catch(() => undefined)
    }
    const step = await sync()
    expect(step.exitCode).toBe(1)
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(Number(step.outputs['failed-count'])).toBeGreaterThanOrEqual(3)
    expect(files()).toEqual([good.runId])
    expect(step.stdout).toMatch(/no valid MLflow run id/)
  })

  test('a run that MLflow does not have is skipped; one that can not be read fails alone', async () => {
    const good = await register('good')
    const broken = await register('broken')
    await world.api.createModelVersion({
      name: model('gone'),
      source: 's3://b/m',
      runId: 'f'.repeat(32),
    })
    gateway.rule = ({ url, body }) =>
      url.includes('runs/search') && body.includes(broken.runId)
        ? { status: 500, body: '{"error_code":"INTERNAL_ERROR","message":"corrupt row"}' }
        : undefined
    const step = await sync()
    expect(step.outputs).toMatchObject({
      'created-count': '1',
      'skipped-count': '1',
      'failed-count': '1',
    })
    expect(files()).toEqual([good.runId])
    expect(changes(step).find(({ outcome }) => outcome === 'failed')).toMatchObject({
      runId: broken.runId,
      reason: expect.stringContaining('corrupt row') as unknown,
    })
  })
})

describe('where the artifacts are', () => {
  const modelPath = (runId: string): string | undefined =>
    /^ {4}model: "(.*)"$/m.exec(world.repository.read(`${directory}/${runId}.yaml`))?.[1]

  test('a version without a run is found through its logged model', async () => {
    const runId = await world.api.createRun(experiment)
    const modelId = await world.api.createLoggedModel(experiment, 'model', runId)
    await register('x')
    gateway.rule = async (request, pass) => {
      if (!request.url.includes('model-versions/search')) return undefined
      const row = {
        name: model('ui'),
        version: '1',
        creation_timestamp: 1,
        run_id: '',
        source: `mlflow-artifacts:/${experiment}/models/${modelId}/artifacts`,
      }
      const answer = JSON.parse((await pass()).body) as { model_versions: unknown[] }
      return {
        status: 200,
        body: JSON.stringify({ model_versions: [...answer.model_versions, row] }),
      }
    }
    await sync()
    expect(modelPath(runId)).toBe(
      '/mlflow/{{ .Values.global.experimentId }}/models/{{ .Values.global.modelid }}/artifacts',
    )
    expect(world.repository.read(`${directory}/${runId}.yaml`)).toContain(`modelid: ${modelId}`)
  })

  test('a copy of a version leads to its origin', async () => {
    const origin = await register('origin')
    await world.api.createModelVersion({
      name: model('production'),
      source: `models:/${model('origin')}/1`,
      runId: origin.runId,
    })
    await sync({ models: model('production') })
    const text = world.repository.read(`${directory}/${origin.runId}.yaml`)
    expect(text).toContain(`modelName: ${model('production')}`)
    expect(text).toContain(`modelid: ${origin.modelId ?? ''}`)
    expect(modelPath(origin.runId)).toContain('/models/{{ .Values.global.modelid }}/artifacts')
    const filtered = await sync({ models: '*', filter: `name = '${model('production')}'` })
    expect(filtered.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '1' })
  })

  test('a copy whose origin is filtered out is resolved by MLflow', async () => {
    const origin = await register('origin')
    await world.api.createModelVersion({
      name: model('production'),
      source: `models:/${model('origin')}/1`,
      runId: origin.runId,
    })
    await sync({ models: '*', filter: `name = '${model('production')}'` })
    expect(world.repository.read(`${directory}/${origin.runId}.yaml`)).toContain(
      `modelid: ${origin.modelId ?? ''}`,
    )
  })
})

describe('jobs that share a directory', () => {
  test('leave each other’s files alone, even when a run is registered under both', async () => {
    const { runId } = await register('team-a')
    await world.api.createModelVersion({ name: model('team-b'), source: 's3://b/m', runId })
    await sync({ models: model('team-b') })
    const head = world.repository.head()
    const step = await sync({ models: model('team-a'), prune: 'true' })
    expect(step.outputs).toMatchObject({ operation: 'none', 'skipped-count': '1' })
    expect(changes(step)[0]?.reason).toMatch(/is about model .*team-b, which is not within models/)
    expect(world.repository.head()).toBe(head)
  })
})

describe('narrowing it down', () => {
  test('models, aliases, filter and run-filter select; a filter that MLflow refuses is named', async () => {
    const a = await register('a', { metrics: { accuracy: 0.95 }, versionTags: { deploy: 'yes' } })
    const b = await register('b', { metrics: { accuracy: 0.5 } })
    await world.api.setAlias(model('b'), 'champion', '1')
    const only = async (inputs: Record<string, string>, runIds: string[]): Promise<void> => {
      const step = await sync({ mode: 'plan', ...inputs })
      const created = changes(step).filter(({ outcome }) => outcome === 'created')
      expect(created.map(({ runId }) => runId).toSorted()).toEqual(runIds.toSorted())
    }
    await only({}, [a.runId, b.runId])
    await only({ models: `${model('*')}\n!*-b` }, [a.runId])
    await only({ aliases: 'champion\nother' }, [b.runId])
    await only({ filter: "tags.deploy = 'yes'" }, [a.runId])
    await only({ 'run-filter': 'metrics.accuracy >= 0.9' }, [a.runId])
    await only({ 'minimum-age': '1h' }, [])
    for (const input of ['filter', 'run-filter']) {
      const step = await sync({ [input]: 'nonsense ~ 1' })
      expect(step.exitCode).toBe(1)
      expect(step.stdout).toMatch(new RegExp(`The input ${input} is refused: .*nonsense`))
    }
  })

  test('a version that is too young is left alone, and its file is not pruned', async () => {
    const { runId } = await register('young')
    await register('other')
    await sync()
    const head = world.repository.head()
    const step = await sync({ 'minimum-age': '1d', prune: 'true' })
    expect(step.outputs).toMatchObject({ operation: 'none', 'skipped-count': '2' })
    expect(world.repository.head()).toBe(head)
    expect(files()).toContain(runId)
  })
})

describe('prune does not trust a listing', () => {
  /** Changes the rows of the first listing only; the question for one run gets the truth. */
  const changeListing = (change: (rows: Record<string, unknown>[]) => unknown[]): void => {
    gateway.rule = async ({ url }, pass) => {
      if (!url.includes('model-versions/search') || url.includes('run_id')) return undefined
      const answer = JSON.parse((await pass()).body) as {
        model_versions: Record<string, unknown>[]
      }
      return {
        status: 200,
        body: JSON.stringify({ model_versions: change(answer.model_versions) }),
      }
    }
  }

  test('that lacks a version which MLflow still has when asked for it', async () => {
    const { runId } = await register('a')
    await register('b')
    await sync()
    changeListing((rows) => rows.filter((row) => row.run_id !== runId))
    const step = await sync({ prune: 'true' })
    expect(step.outputs).toMatchObject({ operation: 'none', 'deleted-count': '0' })
    expect(changes(step)[0]).toMatchObject({ runId, outcome: 'skipped' })
    expect(files()).toContain(runId)
  })

  test('that hides the run of a version (MLflow 3.17, users who may not read runs)', async () => {
    const { runId } = await register('a')
    await register('b')
    await sync()
    changeListing((rows) =>
      rows.map((row) =>
        row.run_id === runId ? { ...row, run_id: undefined, source: 's3://b/m' } : row,
      ),
    )
    const step = await sync({ prune: 'true' })
    expect(step.outputs['deleted-count']).toBe('0')
    expect(files()).toContain(runId)
  })

  test('that is empty, or when a run could not be read', async () => {
    const { runId } = await register('a')
    await sync()
    await world.api.deleteVersion(model('a'), '1')
    changeListing(() => [])
    const empty = await sync({ prune: 'true' })
    expect(empty.stdout).toMatch(/Nothing is pruned: MLflow lists no model version at all/)
    const broken = await register('broken')
    gateway.rule = ({ url, body }) =>
      url.includes('runs/search') && body.includes(broken.runId)
        ? { status: 500, body: '{"error_code":"INTERNAL_ERROR","message":"corrupt row"}' }
        : undefined
    const step = await sync({ prune: 'true' })
    expect(step.stdout).toMatch(/Nothing is pruned: 1 runs could not be read/)
    expect(files()).toContain(runId)
  })
})

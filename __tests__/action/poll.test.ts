import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startGateway, type Gateway } from '../../testing/mlflow/gateway.ts'
import { createWorld, type World } from '../../testing/world.ts'

let world: World
let gateway: Gateway
let experiment: string

beforeAll(async () => {
  world = await createWorld({ version: 3 })
  gateway = await startGateway(world.mlflow.url)
  experiment = await world.api.createExperiment('e')
})

afterAll(async () => {
  await gateway.close()
  await world.close()
})

const commits = (): number => Number(world.repository.git('rev-list', '--count', 'main'))

const polling = {
  'poll-interval': '1s',
  'poll-duration': '5s',
}

/** Does something when the n-th listing of model versions is asked for. */
const atListing = (n: number, action: () => Promise<'drop' | undefined>): void => {
  let listings = 0
  gateway.rule = async ({ url }) => {
    if (!url.includes('model-versions/search')) return undefined
    listings += 1
    return listings === n ? action() : undefined
  }
}

describe('polling in one job', () => {
  test('writes what comes meanwhile; outputs, report and summary cover the whole job', async () => {
    const first = await world.api.register('first', experiment)
    const before = commits()
    let second = ''
    atListing(2, async () => {
      second = (await world.api.register('second', experiment)).runId
      return undefined
    })
    const step = await world.sync({ 'mlflow-tracking-uri': gateway.url, ...polling })
    expect(step.exitCode).toBe(0)
    expect(commits()).toBe(before + 2)
    expect(step.outputs).toMatchObject({
      operation: 'committed',
      'created-count': '2',
      'unchanged-count': '0',
      'commit-sha': world.repository.head(),
    })
    const changes = JSON.parse(step.outputs.changes ?? '') as { runId: string }[]
    expect(changes.map(({ runId }) => runId).toSorted()).toEqual([first.runId, second].toSorted())
    expect(step.summary).toContain(first.runId)
    expect(step.summary).toContain(second)
  })

  test('reports an error of one round, and the next round still runs', async () => {
    let calls = 0
    gateway.rule = async ({ url }) => {
      if (!url.includes('model-versions/search')) return undefined
      calls += 1
      if (calls > 3) return undefined
      if (calls === 3) await world.api.register('third', experiment)
      return { status: 400, body: '{"error_code":"BAD_REQUEST","message":"a bad moment"}' }
    }
    const step = await world.sync({ 'mlflow-tracking-uri': gateway.url, ...polling })
    expect(step.stdout).toMatch(/This round failed: .*a bad moment/)
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(step.stdout).toMatch(/::warning.*a bad moment/)
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends it between two rounds, with all outputs',
    async (signal) => {
      gateway.rule = undefined
      const runId = (await world.api.register(`signal-${signal}`, experiment)).runId
      const step = await world.sync(
        { 'poll-interval': '30s', 'poll-duration': '10m' },
        { interrupt: { signal, when: 'The next round begins' } },
      )
      expect(step.exitCode).toBe(0)
      expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
      expect(world.repository.read(`${runId}.yaml`)).toContain('global:')
    },
  )

  test('a signal in the midst of a sync ends it as failed; nothing is half written', async () => {
    await world.api.register('interrupted', experiment)
    const before = commits()
    gateway.rule = ({ url }) =>
      url.includes('runs/search') ? new Promise(() => undefined) : undefined
    const step = await world.sync(
      { 'mlflow-tracking-uri': gateway.url },
      { interrupt: { signal: 'SIGTERM', when: 'entries in' } },
    )
    expect(step.exitCode).toBe(1)
    expect(step.outputs.operation).toBe('failed')
    expect(step.stdout).toMatch(/The job was cancelled/)
    expect(commits()).toBe(before)
    gateway.rule = undefined
    expect((await world.sync()).outputs['created-count']).toBe('1')
  })
})

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { bulkRegister } from '../../testing/mlflow/bulk.ts'
import { createWorld, type World } from '../../testing/world.ts'

let world: World
let experiment: string

beforeAll(async () => {
  world = await createWorld({ version: 3 })
  experiment = await world.api.createExperiment('bulk')
})

afterAll(async () => {
  await world.close()
})

/** Requests that one sync sent to either side, by the stand-in's and the report's count. */
const counted = async (inputs: Record<string, string>, workspace?: string) => {
  const before = world.github.requests.length
  const step = await world.sync(inputs, workspace === undefined ? {} : { workspace })
  const { requests } = step.report as { requests: { mlflow: number; github: number } }
  expect(world.github.requests.length - before).toBe(requests.github)
  return { step, requests }
}

const commits = (): number => Number(world.repository.git('rev-list', '--count', 'main'))

describe('the number of requests', () => {
  test('1,000 new runs of MLflow 3 make one commit, with at most 10 requests to either side besides the listing', async () => {
    bulkRegister(world.mlflow, {
      experimentId: experiment,
      count: 1000,
      prefix: 'many',
      loggedModels: true,
    })
    const before = commits()
    const { step, requests } = await counted({ path: 'many', models: 'many-*' })
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1000' })
    expect(commits()).toBe(before + 1)
    expect(requests.github).toBeLessThanOrEqual(10)
    expect(requests.mlflow).toBeLessThanOrEqual(11)
    expect(step.outputs['changes-truncated']).toBe('true')
    expect(Buffer.byteLength(step.summary)).toBeLessThan(1024 * 1024)
  })

  test('500 unchanged versions take 2 requests to MLflow and 3 to GitHub; with a check-out fewer', async () => {
    bulkRegister(world.mlflow, {
      experimentId: experiment,
      count: 500,
      prefix: 'same',
      firstRun: 1_000_000,
    })
    await world.sync({ path: 'same', models: 'same-*' })
    const { step, requests } = await counted({ path: 'same', models: 'same-*' })
    expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '500' })
    expect(requests).toEqual({ mlflow: 2, github: 3 })

    const workspace = mkdtempSync(join(tmpdir(), 'workspace-'))
    execFileSync('git', ['clone', '--quiet', world.repository.store.gitDir, workspace])
    const cached = await counted({ path: 'same', models: 'same-*' }, workspace)
    expect(cached.requests).toEqual({ mlflow: 2, github: 1 })
    rmSync(workspace, { recursive: true })
  })

  test('two runs without a change do not depend on a stale or edited check-out', async () => {
    const workspace = mkdtempSync(join(tmpdir(), 'workspace-'))
    execFileSync('git', ['clone', '--quiet', world.repository.store.gitDir, workspace])
    const path = world.repository.paths('main', 'same')[0] ?? ''
    const edited = world.repository.read(path).replace(/modelVersion: .*/, 'modelVersion: "9999"')
    world.repository.push('main', { [path]: edited })
    const { step } = await counted({ path: 'same', models: 'same-*' }, workspace)
    expect(step.outputs).toMatchObject({ 'updated-count': '1', 'unchanged-count': '499' })
    rmSync(workspace, { recursive: true })
  })
})

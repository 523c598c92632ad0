import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import type { Registered } from '../../testing/mlflow/registry.ts'
import { createWorld, type World } from '../../testing/world.ts'

type Values = {
  global: Record<string, unknown>
  vllm: { vllm: Record<string, unknown>; fullnameOverride: string }
}

describe.each([3, 2] as const)('the whole flow against MLflow %i', (version) => {
  let world: World
  let experiment: string
  let first: Registered
  let second: Registered

  beforeAll(async () => {
    world = await createWorld({ version })
    experiment = await world.api.createExperiment('fine-tuning')
    first = await world.api.register('summarizer', experiment, {
      params: { base: 'llama' },
      metrics: { accuracy: 0.9 },
    })
    second = await world.api.register('translator', experiment)
  })

  afterAll(async () => {
    world.repository.fsck()
    await world.close()
  })

  const values = (runId: string): Values =>
    parse(world.repository.read(`values/${runId}.yaml`)) as Values

  test('a plan writes nothing and shows every file', async () => {
    const head = world.repository.head()
    const step = await world.sync({ path: 'values', mode: 'plan' })
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({
      operation: 'planned',
      changed: 'true',
      'created-count': '2',
    })
    expect(step.summary).toContain(`+  runid: `)
    expect(world.repository.head()).toBe(head)
  })

  test('each run gets its file, all in one commit on the head that was read', async () => {
    const head = world.repository.head()
    const step = await world.sync({ path: 'values' })
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({
      operation: 'committed',
      changed: 'true',
      'created-count': '2',
      'failed-count': '0',
      'commit-sha': world.repository.head(),
    })
    expect(world.repository.git('rev-parse', 'main^').trim()).toBe(head)
    expect(world.repository.paths('main', 'values').length).toBe(2)
    const today = Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''))
    const file = values(first.runId)
    expect(file.global).toEqual({
      experimentId: experiment,
      runid: first.runId,
      ...(first.modelId === undefined ? {} : { modelid: first.modelId }),
      timestamp: today,
      modelName: 'summarizer',
      modelVersion: '1',
    })
    expect(file.vllm.vllm.model).toBe(
      version === 3
        ? '/mlflow/{{ .Values.global.experimentId }}/models/{{ .Values.global.modelid }}/artifacts'
        : '/mlflow/{{ .Values.global.experimentId }}/{{ .Values.global.runid }}/artifacts/model',
    )
    expect(file.vllm.fullnameOverride).toBe(`vllm-summarizer-${first.runId.slice(0, 8)}`)
    const message = world.repository.git('log', '-1', '--format=%B', 'main')
    expect(message).toMatch(/^Sync MLflow models: 2 created\n/)
    expect(message).toContain(`MLflow-Run-Id: ${second.runId}`)
    expect(message).toContain('MLflow-Model-Version: translator/1')
  })

  test('nothing to do takes two requests to MLflow and three to GitHub at most', async () => {
    const head = world.repository.head()
    const before = world.github.requests.length
    const step = await world.sync({ path: 'values' })
    expect(step.outputs).toMatchObject({
      operation: 'none',
      changed: 'false',
      'unchanged-count': '2',
    })
    expect(world.repository.head()).toBe(head)
    expect((step.report as { requests: unknown }).requests).toEqual({
      mlflow: 2,
      github: world.github.requests.length - before,
    })
    expect(world.github.requests.length - before).toBeLessThanOrEqual(3)
  })

  test('a newer version of the run changes one value; what people wrote stays', async () => {
    const path = `values/${first.runId}.yaml`
    const edited = world.repository
      .read(path)
      .replace('maxModelLen: 4096', 'maxModelLen:   8192 # longer')
    world.repository.push('main', { [path]: edited, 'values/notes.txt': 'ours' })
    const source =
      first.modelId === undefined
        ? `mlflow-artifacts:/${experiment}/${first.runId}/artifacts/model`
        : `models:/${first.modelId}`
    await world.api.createModelVersion({
      name: 'summarizer',
      source,
      runId: first.runId,
      ...(first.modelId === undefined ? {} : { modelId: first.modelId }),
    })
    const step = await world.sync({ path: 'values' })
    expect(step.outputs).toMatchObject({ 'updated-count': '1', 'unchanged-count': '1' })
    expect(world.repository.read(path)).toBe(
      edited.replace('modelVersion: "1"', 'modelVersion: "2"'),
    )
    expect(JSON.parse(step.outputs.changes ?? '')).toEqual([
      expect.objectContaining({
        path,
        outcome: 'updated',
        modelVersion: '2',
        previousVersion: '1',
      }),
    ])
    expect(world.repository.git('log', '-1', '--format=%s', 'main').trim()).toBe(
      `Update summarizer to version 2 (${first.runId.slice(0, 8)})`,
    )
  })

  test('a deleted run keeps its file and gets no new one', async () => {
    const gone = await world.api.register('gone', experiment)
    await world.api.deleteRun(gone.runId)
    await world.api.deleteRun(second.runId)
    const head = world.repository.head()
    const step = await world.sync({ path: 'values' })
    expect(step.outputs).toMatchObject({ operation: 'none', 'skipped-count': '2' })
    expect(step.exitCode).toBe(0)
    expect(world.repository.head()).toBe(head)
  })
})

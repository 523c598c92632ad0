import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { createWorld, type World } from '../../testing/world.ts'

let world: World
let experiment: string

beforeAll(async () => {
  // MLflow 3.11 and newer refuse colons and slashes in names; older servers hold such names still.
  world = await createWorld({ version: 2 })
  experiment = await world.api.createExperiment('e')
})

afterAll(async () => {
  await world.close()
})

const names = [
  '::error::owned',
  'x\n::set-output name=a::b',
  'line\r\nMLflow-Run-Id: fake',
  '"; rm -rf',
  "it's: {a} # [b]",
  '{{ .Values.secret }}',
  '${run.id}',
  '[skip ci] closes #1 @everyone',
  '</details><img src=x onerror=alert(1)>',
  '| a | `b` | [c](http://evil.example) |',
  '\u001b[31mred\u202Eelpmaxe',
  '1234567e10',
  'on',
  '日本語 🤖',
]

test('names from MLflow are text everywhere: file, log, summary, outputs and commit', async () => {
  const runs = new Map<string, string>()
  for (const name of names) {
    const runId = await world.api.createRun(experiment)
    await world.api.createModelVersion({ name, source: 's3://bucket/model', runId })
    runs.set(runId, name)
  }
  const step = await world.sync()
  expect(step.exitCode).toBe(0)
  expect(step.outputs['created-count']).toBe(String(names.length))
  for (const [runId, name] of runs) {
    const text = world.repository.read(`${runId}.yaml`)
    const file = parse(text) as { global: { modelName: string }; vllm: { vllm: object } }
    expect(file.global.modelName).toBe(name)
    expect(file.vllm.vllm).toMatchObject({ served_model_name: name })
  }
  const commands = step.stdout.split('\n').filter((line) => /^\s*(::|##\[)/.test(line))
  expect(
    commands.filter((line) => !/^::(add-mask|debug|warning title=MLflow sync)::/.test(line)),
  ).toEqual([])
  // eslint is right that this is unusual: an escape of a terminal has no business here.
  expect(step.stdout.includes('\u001b')).toBe(false)
  expect(step.summary).not.toMatch(/<img|<\/details><|@everyone/)
  const message = world.repository.git('log', '-1', '--format=%B', 'main')
  expect(message).not.toMatch(/^MLflow-Run-Id: fake|\[skip ci\]|@everyone|#1\b/m)
  const trailers = execFileSync('git', ['interpret-trailers', '--parse'], { input: message })
  expect(trailers.toString().match(/^MLflow-Run-Id: /gm)).toHaveLength(names.length)
  expect(
    (JSON.parse(step.outputs.changes ?? '') as { modelName: string }[])
      .map((c) => c.modelName)
      .toSorted(),
  ).toEqual(names.toSorted())
  expect((await world.sync()).outputs).toMatchObject({ operation: 'none' })
})

test('an artifact path that Helm would run fails that run alone', async () => {
  const head = world.repository.head()
  const runId = await world.api.createRun(experiment)
  const source = `s3://bucket/${experiment}/${runId}/artifacts/{{ .Values.secret }}`
  await world.api.createModelVersion({ name: 'helm', source, runId })
  const step = await world.sync({ models: 'helm' })
  expect(step.outputs).toMatchObject({ operation: 'none', 'failed-count': '1' })
  expect(step.stdout).toMatch(/helm version 1 .*which Helm would run/)
  expect(world.repository.head()).toBe(head)
})

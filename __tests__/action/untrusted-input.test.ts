import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { useWorld } from '../../testing/use-world.ts'

// MLflow 3.11 and newer reject colons and slashes in names, but older servers still have them.
// The names must not have a prefix, so this file needs its own registry.
const world = await useWorld({ version: 2, ownServer: true })
const project = world.createProject()
const { repository } = project

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

test('names from MLflow remain plain text in files, log, summary, outputs and commit', async () => {
  const runs = new Map<string, string>()
  for (const name of names) runs.set((await project.registerExternal(name)).runId, name)
  const step = await project.sync()
  expect(step.exitCode).toBe(0)
  expect(step.outputs['created-count']).toBe(String(names.length))
  for (const [runId, name] of runs) {
    const file: unknown = parse(repository.read(`${runId}.yaml`))
    expect(file).toHaveProperty('global.modelName', name)
    expect(file).toHaveProperty('vllm.vllm.served_model_name', name)
  }
  const commands = step.log.split('\n').filter((line) => /^\s*(::|##\[)/.test(line))
  expect(
    commands.filter(
      (line) => !/^::(add-mask|debug|group|endgroup|warning title=mlflow-sync)::/.test(line),
    ),
  ).toEqual([])
  expect(step.log).not.toContain('\u001b')
  expect(step.summary).not.toMatch(/<img|<\/details><|@everyone/)
  const message = repository.lastMessage()
  expect(message).not.toMatch(/^MLflow-Run-Id: fake|\[skip ci\]|@everyone|#1\b/m)
  const trailers = execFileSync('git', ['interpret-trailers', '--parse'], { input: message })
  expect(trailers.toString().match(/^MLflow-Run-Id: /gm)).toHaveLength(names.length)
  expect(step.changes.map(({ modelName }) => modelName).toSorted()).toEqual(names.toSorted())
  expect((await project.sync()).outputs).toMatchObject({ operation: 'none' })
})

test('an artifact path that Helm would execute fails only that run', async () => {
  const head = repository.head()
  const runId = await project.createRun()
  const source = `s3://bucket/${world.experiment.id}/${runId}/artifacts/{{ .Values.secret }}`
  await project.registerExternal('helm', { runId, source })
  const step = await project.sync({ models: 'helm' })
  expect(step.outputs).toMatchObject({ operation: 'none', 'failed-count': '1' })
  expect(step.log).toMatch(/helm version 1 .*which Helm would run/)
  expect(repository.head()).toBe(head)
})

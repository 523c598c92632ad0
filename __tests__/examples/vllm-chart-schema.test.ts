import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { hasHelm, helmTemplate } from '../../testing/helm.ts'
import { useWorld } from '../../testing/use-world.ts'
import { exampleFiles, examplePath } from '../fixtures/example-charts.ts'
import { stepInProcess } from '../fixtures/step-in-process.ts'

const chart = 'vllm-chart'
const world = await useWorld({ version: 3 })
const builtIn = readFileSync('templates/vllm.yaml', 'utf8')

/** Slips in the template, and the pointers of the values that the chart then rejects. */
const mistakes = [
  ['maxModelLen: 4096', 'maxModelLen: "4096"', '/vllm/maxModelLen'],
  ['gpuMemoryUtilization: 0.9', 'gpuMemoryUtilization: 90', '/vllm/gpuMemoryUtilization'],
  ['trust_remote_code: true', 'trustRemoteCode: true', '/vllm'],
  ['  fullnameOverride: vllm-', `  fullnameOverride: ${'vllm-'.repeat(9)}`, '/fullnameOverride'],
  ['      nvidia.com/gpu: 1', '      nvidia.com/gpu: "1"', '/resources/limits/nvidia.com~1gpu'],
  ['value: "1"', 'value: 1', '/env/0/value'],
  ['accessMode: ReadOnlyMany', 'accessMode: ROX', '/persistence/accessMode'],
  ['  replicaCount: 1', '  replicas: 1', ''],
] as const

const template = mistakes.reduce((text, [right, wrong]) => {
  if (!text.includes(right)) throw new Error(`the built-in template has no ${right}`)
  return text.replace(right, wrong)
}, builtIn)

test('the action names each mistake of a template with its place', async () => {
  const files = { ...exampleFiles(chart, 'chart'), 'template.yaml': template }
  const project = world.createProject({ files })
  const { name } = await project.register('my_long_name')
  const { outputs } = await stepInProcess(world, project, {
    'values-schema': 'chart/values.schema.json',
    template: 'template.yaml',
  })
  const [record] = JSON.parse(outputs.changes ?? '') as { reason: string }[]
  expect(record).toMatchObject({ modelName: name, outcome: 'failed' })
  for (const [, , pointer] of mistakes) {
    expect(record?.reason).toContain(`\`/vllm${pointer}`)
  }
  expect(record?.reason).toContain('did you mean `trust_remote_code`?')
})

const testWithHelm = hasHelm ? test : test.skip

testWithHelm('Helm rejects each of these mistakes, too', () => {
  const { status, output } = helmTemplate(examplePath(chart), `global: {}\n${template}`)
  expect(status).not.toBe(0)
  for (const [, , pointer] of mistakes) expect(output).toContain(`at '${pointer}'`)
})

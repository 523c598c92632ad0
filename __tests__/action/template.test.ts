import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { createWorld, type World } from '../../testing/world.ts'

let world: World
let experiment: string

beforeAll(async () => {
  world = await createWorld({ version: 3 })
  experiment = await world.api.createExperiment('trials')
})

afterAll(async () => {
  await world.close()
})

let counter = 0

const sync = async (template: string, params: Record<string, string> = {}, inputs = {}) => {
  counter += 1
  const name = `t${counter}`
  world.repository.push('main', { 'template.yaml': template })
  const { runId } = await world.api.register(name, experiment, { params, metrics: { loss: 0.25 } })
  const before = world.github.requests.length
  const step = await world.sync({ template: 'template.yaml', path: name, models: name, ...inputs })
  const path = `${name}/${runId}.yaml`
  const text = step.outputs['created-count'] === '1' ? world.repository.read(path) : ''
  return { step, text, runId, name, requests: world.github.requests.slice(before) }
}

test('a template’s comments, anchors and order reach the file; values are typed', async () => {
  const { text, name } = await sync(
    [
      '# our template',
      'replicas: ${run.params.replicas:-2}   # typed',
      'label: "${run.params.replicas:-2}"',
      'base: &base {a: 1}',
      'copy: *base',
      'experiment: ${experiment.name}',
      'loss: ${run.metrics.loss}',
      'literal: "$${HOME} {{ .Values.x }} ${{ github.sha }}"',
      '',
    ].join('\n'),
    { replicas: '4' },
  )
  expect(text).toMatch(/^# our template\nglobal:\n/)
  expect(text).toContain('replicas: 4   # typed\nlabel: "4"\nbase: &base {a: 1}\ncopy: *base\n')
  expect(parse(text)).toMatchObject({
    global: { modelName: name },
    experiment: 'trials',
    loss: 0.25,
    literal: '${HOME} {{ .Values.x }} ${{ github.sha }}',
  })
})

test('a value can not change the structure', async () => {
  const hostile = 'x: 1\n  injected: true'
  const { text } = await sync(
    'a: ${run.params.p}\nb: "${run.params.p}"\nc:\n  - ${run.params.p}\n',
    {
      p: hostile,
    },
  )
  expect(parse(text)).toMatchObject({ a: hostile, b: hostile, c: [hostile] })
  expect(Object.keys(parse(text) as object)).toEqual(['global', 'a', 'b', 'c'])
})

test('a missing value fails that run and names placeholder and line', async () => {
  const { step, runId } = await sync('a: 1\nb: ${run.params.nope}\n')
  expect(step.exitCode).toBe(1)
  expect(step.outputs).toMatchObject({ operation: 'none', 'failed-count': '1' })
  expect(step.stdout).toMatch(new RegExp(`${runId.slice(0, 8)}.*run\\.params\\.nope.*line 2`))
})

test('a broken template fails once, before anything is written, with all its faults', async () => {
  const { step, requests } = await sync('a: ${run.nonsense}\nb: ${model.title}\n')
  expect(step.exitCode).toBe(1)
  expect(step.stdout).toMatch(
    /template template\.yaml can't be used: line 1: .*run\.nonsense.*line 2: .*model\.title/,
  )
  expect(requests.every(({ operation }) => operation !== 'Commit')).toBe(true)
})

test('a template that is not there is named with its branch', async () => {
  const { step } = await sync('a: 1\n', {}, { template: 'nowhere.yaml' })
  expect(step.stdout).toMatch(/There is no template nowhere\.yaml on branch main/)
})

test('aliases of the version are known to the template', async () => {
  await world.api.register('aliased', experiment)
  await world.api.setAlias('aliased', 'champion', '1')
  world.repository.push('main', { 'template.yaml': 'alias: ${model.aliases}\n' })
  await world.sync({ template: 'template.yaml', path: 'aliased', models: 'aliased' })
  expect(world.repository.read(world.repository.paths('main', 'aliased')[0] ?? '')).toMatch(
    /alias: champion/,
  )
})

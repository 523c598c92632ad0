import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { isCommit } from '../../testing/github/faults.ts'
import type { StringMap } from '../../testing/mlflow/api.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })

/** Syncs one new run with a template; `text` is the new file, or empty if none was created. */
async function syncWithTemplate(template: string, params: StringMap = {}, inputs: StringMap = {}) {
  const project = world.createProject({ files: { 'template.yaml': template } })
  const version = await project.register('model', { params, metrics: { loss: 0.25 } })
  const step = await project.sync({ template: 'template.yaml', ...inputs })
  const created = step.outputs['created-count'] === '1'
  const text = created ? project.repository.read(`${version.runId}.yaml`) : ''
  return { step, text, version }
}

test("a template's comments, anchors and order are kept, and values keep their type", async () => {
  const { text, version } = await syncWithTemplate(
    [
      '# our template',
      '',
      '# how many',
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
  expect(text).toMatch(/^# our template\n\nglobal:\n/)
  expect(text).toContain(
    '# how many\nreplicas: 4   # typed\nlabel: "4"\nbase: &base {a: 1}\ncopy: *base\n',
  )
  expect(parse(text)).toMatchObject({
    global: { modelName: version.name },
    experiment: world.experiment.name,
    loss: 0.25,
    literal: '${HOME} {{ .Values.x }} ${{ github.sha }}',
  })
})

test('a template may be in .github, because it is only read', async () => {
  const path = '.github/mlflow/template.yaml'
  const project = world.createProject({ files: { [path]: 'a: "${run.id}"\n' } })
  const { runId } = await project.register('model')
  await project.sync({ template: path })
  expect(project.repository.read(`${runId}.yaml`)).toContain(`\na: "${runId}"\n`)
})

test('a value cannot change the structure of the file', async () => {
  const hostile = 'x: 1\n  injected: true'
  const template = 'a: ${run.params.p}\nb: "${run.params.p}"\nc:\n  - ${run.params.p}\n'
  const { text } = await syncWithTemplate(template, { p: hostile })
  const file: unknown = parse(text)
  expect(text).toMatch(/^global:[^]*\na: [^]*\nb: [^]*\nc:\n/)
  expect(file).toEqual({
    global: expect.anything() as unknown,
    a: hostile,
    b: hostile,
    c: [hostile],
  })
})

test('a missing value fails that run, and the error names the placeholder and its line', async () => {
  const { step, version } = await syncWithTemplate('a: 1\nb: ${run.params.nope}\n')
  expect(step.exitCode).toBe(1)
  expect(step.outputs).toMatchObject({ operation: 'none', 'failed-count': '1' })
  expect(step.log).toMatch(
    new RegExp(`${version.runId.slice(0, 8)}.*line 2 of .*run\\.params\\.nope`),
  )
})

test('a broken template fails once, before anything is written, with all its errors', async () => {
  const { step } = await syncWithTemplate('a: ${run.nonsense}\nb: ${model.title}\n')
  expect(step.exitCode).toBe(1)
  expect(step.log).toMatch(
    /template `template\.yaml` on branch `main` can't be used\..*\n.*line 1: .*run\.nonsense.*\n.*line 2: .*model\.title/,
  )
  expect(step.githubRequests.filter(isCommit)).toEqual([])
})

test('a template that breaks later is reported even if no file is rendered from it', async () => {
  const project = world.createProject({ files: { 'template.yaml': 'a: 1\n' } })
  await project.register('model')
  await project.sync({ template: 'template.yaml' })
  project.repository.push('main', { 'template.yaml': 'a: [\n' })
  const step = await project.sync({ template: 'template.yaml' })
  expect(step.outputs).toMatchObject({ operation: 'failed' })
  expect(step.errors.join()).toMatch(/template\.yaml/)
})

test('each mistake of a template is annotated at its line, after the advice', async () => {
  const lines = ['a: ${run.parms.lr}', 'b: 1', 'c: ${HOME}']
  const { step } = await syncWithTemplate(`${lines.join('\n')}\n`)
  const annotations = step.log.match(/^::error .*$/gm) ?? []
  expect(annotations).toEqual([
    expect.stringMatching(
      /^::error title=mlflow-sync::The template `template\.yaml` on branch `main` can't be used\. Correct the template\. Nothing is written with it until then\. These placeholders exist: `\$\{run\.id\}`, .*`\$\{json:NAME\}`\.$/,
    ),
    '::error title=mlflow-sync,file=template.yaml,line=1::line 1: unknown placeholder `${run.parms.lr}`: did you mean `${run.params.lr}`?',
    '::error title=mlflow-sync,file=template.yaml,line=3::line 3: unknown placeholder `${HOME}` (write `$${` for a literal `${`)',
  ])
  const report = step.report.error
  expect(report?.message.split('\n')).toHaveLength(3)
  expect(report?.message.match(/run\.metrics/g)).toBeNull()
})

test('a missing value is annotated at its line of the template', async () => {
  const { step } = await syncWithTemplate('a: 1\nb: ${run.params.max_length}\n', { max_len: '8' })
  expect(step.changes[0]?.reason).toBe(
    'line 2 of the template `template.yaml`: `${run.params.max_length}` has no value and no fallback: this run has the parameters `max_len`. Correct the name, log the value with MLflow, or write a fallback in the template, as in `${run.params.max_length:-fallback}`.',
  )
  expect(step.log).toMatch(/^::error title=mlflow-sync%3A .*,file=template\.yaml,line=2::/m)
})

test('a missing template is reported with its branch', async () => {
  const { step } = await syncWithTemplate('a: 1\n', {}, { template: 'nowhere.yaml' })
  expect(step.exitCode).toBe(1)
  expect(step.log).toMatch(/There is no template `nowhere\.yaml` on branch `main`/)
})

test("a template can use the version's aliases", async () => {
  const project = world.createProject({ files: { 'template.yaml': 'alias: ${model.aliases}\n' } })
  const { name, runId } = await project.register('model')
  await world.api.setAlias(name, 'champion', '1')
  await project.sync({ template: 'template.yaml' })
  expect(project.repository.read(`${runId}.yaml`)).toMatch(/alias: champion/)
})

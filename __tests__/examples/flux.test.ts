import { randomInt } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { findViolations } from '../../testing/crds.ts'
import { hasHelm, helmTemplate, kustomize } from '../../testing/helm.ts'
import { parseManifests, validateManifests, type Manifest } from '../../testing/kubernetes.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import { useWorld } from '../../testing/use-world.ts'
import { checkOut } from '../fixtures/check-out.ts'
import { exampleFolder } from '../../testing/examples.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

const world = await useWorld({ version: 3, throughGateway: true })
const example = exampleFolder('flux')

const readText = (path: string): string => readFileSync(join(example, path), 'utf8')
const readAll = (path: string): Manifest[] => parseManifests(readText(path))

type Kustomization = Manifest & {
  readonly spec: { path: string; targetNamespace: string; patches: readonly object[] }
}
type HelmRelease = Manifest & {
  readonly spec: {
    readonly values: { readonly global: Readonly<Record<string, unknown>> }
    readonly chart: { readonly spec: { readonly chart: string } }
  }
}
type Workflow = { jobs: { sync: { steps: [{ with: Record<string, string> }] } } }

const manifests = readAll('deploy/flux/models.yaml')
const { spec } = manifests.find(({ kind }) => kind === 'Kustomization') as Kustomization
const inputs = (parse(readText('.github/workflows/mlflow-sync.yml')) as Workflow).jobs.sync.steps[0]
const { path = '', template = '' } = inputs.with

const names = [
  'my_model',
  'ALL CAPS {{ .Values.secret }}',
  'x'.repeat(200),
  '模型 "a" \'b\' #1',
  '1e3',
]

/** The value of a label. */
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

const describeWithHelm = hasHelm ? describe : describe.skip

describeWithHelm('the releases', () => {
  const project = world.createProject()
  let releases: HelmRelease[] = []

  /** Another model, whose name is a number without the project's prefix. */
  const numericName = String(randomInt(1e11, 2e11))
  const models = `${project.model('*')}\n${numericName}`
  const sync = () => runInProcess(world, project, { path, template, models, index: 'README.md' })

  /** What Flux applies: its controller lists the YAML files in a kustomization, unless there is one. */
  function build(patches = spec.patches): HelmRelease[] {
    const directory = join(checkOut(project), spec.path)
    const resources = project.repository
      .paths('main', path)
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => file.slice(path.length + 1))
    const namespace = spec.targetNamespace
    const kustomization = JSON.stringify({ resources, namespace, patches })
    writeFileSync(join(directory, 'kustomization.yaml'), kustomization)
    const { status, output } = kustomize(directory)
    if (status !== 0) throw new Error(output)
    return parseManifests(output) as HelmRelease[]
  }

  beforeAll(async () => {
    project.repository.push('main', { [template]: readText(template) })
    for (const name of names) await project.register(name)
    await world.api.register(world.experiment.id, numericName)
    // As MLflow 2 records it: an artifact of the run, without a logged model.
    await project.registerExternal('my_model')
    const { outputs } = await sync()
    expect(outputs).toMatchObject({ operation: 'committed', 'created-count': '7' })
    releases = build()
  })

  test('are one for each run, with the name of the run', () => {
    const files = project.repository.paths('main', path).filter((file) => file.endsWith('.yaml'))
    expect(releases.map(({ metadata }) => `${path}/${metadata.name.slice(4)}.yaml`)).toEqual(files)
    for (const { metadata } of releases) {
      expect(metadata.name).toMatch(/^run-[0-9a-f]{32}$/)
      expect(metadata.labels).toEqual({ 'mlflow-sync/model': expect.stringMatching(label) })
    }
  })

  test('are valid, but only without the keys that the action owns', () => {
    for (const release of releases) expect(findViolations(release)).toEqual([])
    const [untouched] = build([])
    expect(untouched && findViolations(untouched)).toContain('/global: unknown field')
  })

  test('give the chart the values of their file, and Helm renders it', () => {
    const deployments = releases.map(({ metadata, spec: { values, chart } }) => {
      const file = parse(
        project.repository.read(`${path}/${metadata.name.slice(4)}.yaml`),
      ) as HelmRelease & { global: unknown }
      expect(values).toEqual(file.spec.values)
      expect(values.global).toEqual(file.global)
      const { status, output } = helmTemplate(
        exampleFolder(chart.spec.chart),
        JSON.stringify(values),
      )
      expect([status, status === 0 ? '' : output]).toEqual([0, ''])
      expect(output).toMatch(/- "\/mlflow\/\d+\/(models\/m-)?[0-9a-f]{32}\//)
      return /^kind: Deployment\nmetadata:\n {2}name: (\S+)$/m.exec(output)?.[1]
    })
    expect(new Set(deployments).size).toBe(names.length + 2)
    const served = releases.map((release) => release.spec.values.global.modelName)
    expect(served).toEqual(
      expect.arrayContaining([...names.map((name) => project.model(name)), numericName]),
    )
  })

  test('follow their run to a newer version', async () => {
    const run = await project.register('again')
    await sync()
    await world.api.createVersion(run)
    const { outputs } = await sync()
    expect(outputs).toMatchObject({ 'updated-count': '1', 'failed-count': '0' })
    const release = build().find(({ metadata }) => metadata.name === `run-${run.runId}`)
    expect(release?.spec.values.global).toMatchObject({ modelVersion: '2' })
  })
})

const { test: testWithCrds } = onlyWhere('CRDs')

testWithCrds('the objects of Flux are valid, and belong together', () => {
  for (const manifest of manifests) expect(findViolations(manifest)).toEqual([])
  expect(spec.path).toBe(`./${path}`)
  const account = readAll('deploy/flux/account.yaml')[0]?.metadata.name
  expect(spec).toMatchObject({ serviceAccountName: account })
})

test('the account is valid', () => {
  expect(validateManifests(readAll('deploy/flux/account.yaml'))).toEqual([])
})

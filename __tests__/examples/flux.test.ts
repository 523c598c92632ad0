import { randomInt } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { findViolations } from '../../testing/crds.ts'
import { exampleFolder, filesBelow } from '../../testing/examples.ts'
import { helmTemplate, kustomize } from '../../testing/helm.ts'
import { parseManifests, type Manifest } from '../../testing/kubernetes.ts'
import { insertRows, runRow } from '../../testing/mlflow/rows.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import type { Project } from '../../testing/project.ts'
import { copyExample, runExample } from '../../testing/run-example.ts'
import { useWorld } from '../../testing/use-world.ts'
import { checkOut } from '../fixtures/check-out.ts'
import { lastChanges } from '../fixtures/example-runs.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

const world = await useWorld({ version: 3, throughGateway: true })
const example = exampleFolder('flux')

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

const readText = (path: string): string => readFileSync(join(example, path), 'utf8')
const { spec } = parseManifests(readText('deploy/flux/models.yaml')).find(
  ({ kind }) => kind === 'Kustomization',
) as Kustomization
const workflow = parse(readText('.github/workflows/mlflow-sync.yml')) as Workflow
const { path = '', template = '', 'values-schema': schema = '' } = workflow.jobs.sync.steps[0].with

const names = [
  'my_model',
  'ALL CAPS {{ .Values.secret }}',
  'x'.repeat(200),
  '模型 "a" \'b\' #1',
  '1e3',
]

/** The value of a label. */
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** What Flux applies: its controller lists the YAML files in a kustomization, unless there is one. */
function build(project: Project, patches = spec.patches): HelmRelease[] {
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

const { describe: describeWithHelm } = onlyWhere('Helm')

describeWithHelm('the releases', () => {
  const project = world.createProject({ files: filesBelow(example) })
  let releases: HelmRelease[] = []

  /** Another model, whose name is a number without the project's prefix. */
  const numericName = String(randomInt(1e11, 2e11))
  const models = `${project.model('*')}\n${numericName}`
  const inputs = { path, template, 'values-schema': schema, models, index: 'README.md' }
  const sync = () => runInProcess(world, project, inputs)

  beforeAll(async () => {
    for (const name of names) await project.register(name)
    await world.api.register(world.experiment.id, numericName)
    // As MLflow 2 records it: an artifact of the run, without a logged model.
    await project.registerExternal('my_model')
    const { outputs } = await sync()
    expect(outputs).toMatchObject({ operation: 'committed', 'created-count': '7' })
    releases = build(project)
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
    const [untouched] = build(project, [])
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
    const release = build(project).find(({ metadata }) => metadata.name === `run-${run.runId}`)
    expect(release?.spec.values.global).toMatchObject({ modelVersion: '2' })
  })

  test('all have names that Kubernetes accepts, because no other file is written', async () => {
    const runId = `Training_Run-${randomInt(1e9)}`
    const artifacts = `mlflow-artifacts:/${world.experiment.id}/${runId}/artifacts`
    insertRows(world.mlflow, [runRow(runId, world.experiment.id, artifacts)])
    await project.registerExternal('odd', { runId, source: `${artifacts}/model` })
    const other = await project.register('other')
    const { outputs, result } = await sync()
    expect(outputs).toMatchObject({ 'created-count': '1', 'failed-count': '1' })
    expect(JSON.stringify(result)).toContain('/metadata/name')
    const written = build(project).map(({ metadata }) => metadata.name)
    expect(written).toContain(`run-${other.runId}`)
    expect(written).not.toContain(`run-${runId}`)
  })
})

onlyWhere('act').describe('the workflow', () => {
  test('writes the release of each version with the alias, for Flux to apply', async () => {
    const project = copyExample(world, example)
    const { name, runId } = await project.register('summarizer')
    await world.api.setAlias(name, 'production', '1')
    await project.register('draft')
    await runExample(world, project)
    expect(lastChanges(project.repository)).toEqual([`A\t${path}/${runId}.yaml`])
    expect(build(project)).toMatchObject([
      { kind: 'HelmRelease', metadata: { name: `run-${runId}`, namespace: 'models' } },
    ])
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { findViolations } from '../../testing/crds.ts'
import type { Manifest } from '../../testing/kubernetes.ts'
import { hasHelm, helmTemplate } from '../../testing/helm.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import { useWorld } from '../../testing/use-world.ts'
import { expand, type Application, type ApplicationSet } from '../fixtures/application-set.ts'
import { exampleFolder } from '../../testing/examples.ts'
import { checkOut } from '../fixtures/check-out.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

const world = await useWorld({ version: 3, throughGateway: true })
const example = exampleFolder('argocd')

const read = (name: string): unknown => parse(readFileSync(join(example, name), 'utf8'))
const applicationSet = read('applicationset.yaml') as ApplicationSet
const project = read('project.yaml') as Manifest & {
  readonly spec: { readonly sourceRepos: string[]; readonly destinations: object[] }
}

/** A file as an older workflow with another source of run ids may have left it. */
const fileOf = (id: string, model: string): string =>
  `global:\n  runid: "${id}"\n  modelName: ${model}\n  modelVersion: 1\nvllm:\n  vllm: {model: /mlflow/1/m, served_model_name: m}\n`

const oddRuns = ['Training_Run-2024-', 'a'.repeat(250), 'A'.repeat(250), '12345678']

/** Files that are not those of a run, in the directory and below it. */
const otherFiles = {
  'deploy/values/template.yaml': 'vllm: {vllm: {model: "${model.artifacts}"}}\n',
  'deploy/values/README.md': '# Models\n',
  'deploy/values/charts/Chart.yaml': 'name: other\n',
  'deploy/values/empty.yaml': '',
}

const names = [
  'my_model',
  'ALL CAPS {{ .Values.secret }}',
  'x'.repeat(200),
  '模型 – "quoted" \' #1',
  '123',
]

/** Path of an Application's values file in the repository of its source `values`. */
function fileFrom({ spec }: Application): string {
  const [path = ''] = spec.sources[0]?.helm?.valueFiles ?? []
  expect(path).toMatch(/^\$values\//)
  return path.slice('$values/'.length)
}

type Setup = { readonly checkout: string; readonly applications: Application[] }

const describeWithHelm = hasHelm ? describe : describe.skip

describeWithHelm('the ApplicationSet', () => {
  let setup: Setup
  const synced = world.createProject()
  const inputs = { path: 'deploy/values', index: 'README.md' }

  beforeAll(async () => {
    synced.repository.push('main', {
      ...otherFiles,
      ...Object.fromEntries(oddRuns.map((id) => [`deploy/values/${id}.yaml`, fileOf(id, '007')])),
    })
    for (const name of names) await synced.register(name)
    // As MLflow 2 records it: an artifact of the run, without a logged model.
    await synced.registerExternal('my_model')
    const { outputs } = await runInProcess(world, synced, inputs)
    expect(outputs).toMatchObject({ operation: 'committed', 'created-count': '6' })
    const checkout = checkOut(synced)
    setup = { checkout, applications: expand(applicationSet, checkout) }
  })

  test('makes one Application of each file of a run, and of no other file', () => {
    const runs = synced.repository
      .paths('main', 'deploy/values')
      .filter((path) => path.endsWith('.yaml') && !(path in otherFiles))
    expect(runs).toHaveLength(names.length + 1 + oddRuns.length)
    expect(setup.applications.map(fileFrom)).toEqual(runs)
  })

  test('names each after its run, within the limits of Kubernetes and Helm', () => {
    const ids = setup.applications.map(({ metadata }) => metadata.name)
    expect(new Set(ids).size).toBe(names.length + 1 + oddRuns.length)
    for (const id of ids) {
      expect(id).toMatch(/^[a-z]([-a-z0-9]*[a-z0-9])?$/)
      // Helm's limit for the name of a release.
      expect(id.length).toBeLessThanOrEqual(53)
    }
    const known = setup.applications.flatMap((application) => {
      const [, id] = /\/([0-9a-f]{32})\.yaml$/.exec(fileFrom(application)) ?? []
      return id === undefined ? [] : [[application.metadata.name, `run-${id}`]]
    })
    expect(known).toHaveLength(names.length + 1)
    for (const [name, expected] of known) expect(name).toBe(expected)
  })

  test('labels each with its model, and shows the name as it is', () => {
    for (const { metadata, spec } of setup.applications) {
      expect(Object.keys(metadata.labels)).toEqual(['mlflow-sync/model'])
      expect(metadata.labels['mlflow-sync/model']).toMatch(/^([a-z0-9]([-a-z0-9]*[a-z0-9])?)$/)
      expect(metadata.labels['mlflow-sync/model']?.length).toBeLessThanOrEqual(63)
      expect(spec.info[1]).toEqual({ name: 'Version', value: expect.stringMatching(/^[12]$/) })
    }
    const shown = setup.applications.map(({ spec }) => spec.info[0]?.value)
    expect(shown).toEqual(expect.arrayContaining(names.map((name) => synced.model(name))))
  })

  test('makes Applications that Argo CD, their project and Helm accept', () => {
    for (const application of setup.applications) {
      expect(findViolations(application)).toEqual([])
      const { spec } = application
      expect(spec.project).toBe(project.metadata.name)
      expect(project.spec.destinations).toContainEqual(spec.destination)
      for (const { repoURL } of spec.sources) expect(project.spec.sourceRepos).toContain(repoURL)
    }
  }, 30_000)

  test('makes Applications whose chart Helm renders with their values file', () => {
    const deployments = setup.applications
      .filter((application) => /\/[0-9a-f]{32}\.yaml$/.test(fileFrom(application)))
      .map((application) => {
        const [chart, values] = application.spec.sources
        expect([values?.ref, values?.path]).toEqual(['values', undefined])
        const { status, output } = helmTemplate(
          exampleFolder(chart?.path ?? ''),
          readFileSync(join(setup.checkout, fileFrom(application)), 'utf8'),
        )
        expect([status, status === 0 ? '' : output]).toEqual([0, ''])
        return /^kind: Deployment\nmetadata:\n {2}name: (\S+)$/m.exec(output)?.[1]
      })
    expect(deployments).toHaveLength(names.length + 1)
    expect(new Set(deployments).size).toBe(deployments.length)
  })

  test('keeps the name of an Application when its run belongs to another model', async () => {
    const moved = await synced.register('first')
    await runInProcess(world, synced, inputs)
    await world.api.createVersion({ ...moved, name: synced.model('second') })
    const { outputs } = await runInProcess(world, synced, inputs)
    expect(outputs).toMatchObject({ 'updated-count': '1' })
    const found = expand(applicationSet, checkOut(synced)).find(
      ({ metadata }) => metadata.name === `run-${moved.runId}`,
    )
    expect(found?.spec.info[0]?.value).toBe(synced.model('second'))
  })
})

const { test: testWithCrds } = onlyWhere('CRDs')

testWithCrds('the manifests are valid', () => {
  expect(findViolations(applicationSet)).toEqual([])
  expect(findViolations(project)).toEqual([])
})

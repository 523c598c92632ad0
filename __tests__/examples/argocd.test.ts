import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { findViolations } from '../../testing/crds.ts'
import type { Manifest } from '../../testing/kubernetes.ts'
import { helmTemplate } from '../../testing/helm.ts'
import { useWorld } from '../../testing/use-world.ts'
import { expand, type Application, type ApplicationSet } from '../fixtures/application-set.ts'
import { exampleFolder } from '../../testing/examples.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import { checkOut } from '../fixtures/check-out.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

const world = await useWorld({ version: 3, throughGateway: true })
const example = exampleFolder('argocd')

const read = (name: string): unknown => parse(readFileSync(join(example, name), 'utf8'))
const applicationSet = read('applicationset.yaml') as ApplicationSet
const project = read('project.yaml') as Manifest & {
  readonly spec: { readonly sourceRepos: string[]; readonly destinations: readonly object[] }
}

/** A file as an older workflow with another source of run ids may have left it. */
const fileOf = (id: string, model: string): string =>
  `global:\n  runid: "${id}"\n  modelName: ${model}\n  modelVersion: 1\nvllm:\n  vllm: {model: /mlflow/1/m, served_model_name: m}\n`

const oddRuns = ['Training_Run-2024-', 'a'.repeat(250), 'A'.repeat(250), '12345678']

/** Files as a person may leave them, with one of the action's keys at least. */
const oddFiles = {
  ...Object.fromEntries(oddRuns.map((id) => [id, fileOf(id, '007')])),
  'copy-of-a-file': fileOf('Training_Run-2024-', 'my_model'),
  'keys-missing': 'global: {runid: keys-missing}\n',
  numbers: 'global: {runid: 12345678901234567890, modelName: 7, modelVersion: 1.5}\n',
  nulls: 'global: {runid: null, modelName: null, modelVersion: null}\n',
}
const oddCount = Object.keys(oddFiles).length

/** What a person commits who overlooks a conflict. */
const conflict = 'global:\n<<<<<<< main\n  runid: "1"\n=======\n  runid: "2"\n>>>>>>> other\n'

/** Files that are not those of a run, in the directory and below it. */
const otherFiles = {
  'deploy/values/template.yaml': 'vllm: {vllm: {model: "${model.artifacts}"}}\n',
  'deploy/values/README.md': '# Models\n',
  'deploy/values/charts/Chart.yaml': 'name: other\n',
  'deploy/values/charts/templates/service.yaml': 'metadata: {{ .Values.metadata }}\n',
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

const { describe: describeWithHelm } = onlyWhere('Helm')

describeWithHelm('the ApplicationSet', () => {
  let setup: Setup
  const synced = world.createProject()
  const inputs = { path: 'deploy/values', index: 'README.md' }

  beforeAll(async () => {
    synced.repository.push('main', {
      ...otherFiles,
      ...Object.fromEntries(
        Object.entries(oddFiles).map(([name, text]) => [`deploy/values/${name}.yaml`, text]),
      ),
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
    expect(runs).toHaveLength(names.length + 1 + oddCount)
    expect(setup.applications.map(fileFrom)).toEqual(runs)
  })

  test('names each after its run, within the limits of Kubernetes and Helm', () => {
    const ids = setup.applications.map(({ metadata }) => metadata.name)
    expect(new Set(ids).size).toBe(names.length + 1 + oddCount)
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
      // Kubernetes accepts an empty value, too: that of a file without the model's name.
      expect(metadata.labels['mlflow-sync/model']).toMatch(/^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$/)
      expect(metadata.labels['mlflow-sync/model']?.length).toBeLessThanOrEqual(63)
      expect(spec.info.map(({ name }) => name)).toEqual(['Model', 'Version'])
    }
    const shown = setup.applications.map(({ metadata, spec }) => {
      const { 'mlflow-sync/model': label } = metadata.labels
      return [label === '', ...spec.info.map(({ value }) => value)]
    })
    const versionOf = (name: string): string[] => (name === 'my_model' ? ['1', '2'] : ['1'])
    const expected = names.flatMap((name) =>
      versionOf(name).map((version) => [false, synced.model(name), version]),
    )
    expect(shown).toEqual(
      expect.arrayContaining([...expected, [false, '7', '1.5'], [true, '', '']]),
    )
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

  test('changes nothing while a file is not YAML, until a sync has repaired it', async () => {
    const project = world.createProject()
    const { runId } = await project.register('deployed')
    const path = `deploy/values/${runId}.yaml`
    project.repository.push('main', { [path]: conflict })
    expect(() => expand(applicationSet, checkOut(project))).toThrow(path)
    await runInProcess(world, project, inputs)
    expect(expand(applicationSet, checkOut(project))).toHaveLength(1)
  })
})

import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { findViolations } from '../../testing/crds.ts'
import { exampleFolder } from '../../testing/examples.ts'
import { hasHelm, helmTemplate } from '../../testing/helm.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import { useWorld } from '../../testing/use-world.ts'
import { exampleFiles, renderExample, syncValues } from '../fixtures/example-charts.ts'
import { placeholderValues, render as renderTemplate, run, version } from '../fixtures/templates.ts'

const world = await useWorld({ version: 3 })

const folder = exampleFolder('kserve')
const files = exampleFiles(folder)
const template = files['template.yaml'] ?? ''
const withoutPath = template.replace(/^ {2}path: .*\n/m, '')

async function sync(given: { source?: string; template?: string } = {}) {
  const project = world.createProject({
    files: { ...files, 'template.yaml': given.template ?? template },
  })
  const { runId, modelId, name } = await (given.source === undefined
    ? project.register('My_Model', { versionTags: { gpus: '4', replicas: '2' } })
    : project.registerExternal('llama', { source: given.source }))
  const values = await syncValues(world, project, {
    path: 'models',
    template: 'template.yaml',
    'values-schema': 'chart/values.schema.json',
  })
  return { runId, modelId, name, values }
}

const render = (values: string, ...options: string[]) =>
  renderExample(join(folder, 'chart'), values, ...options)

const { test: testWithHelm } = onlyWhere('Helm')

if (hasHelm) {
  onlyWhere('CRDs').test('KServe accepts what the chart renders', async () => {
    const proxied = await sync()
    const inBucket = await sync({ source: 's3://models/llama', template: withoutPath })
    const rendered = [proxied, inBucket].flatMap(({ values }) => render(values))
    expect(rendered.map(({ kind }) => kind)).toEqual(['InferenceService', 'InferenceService'])
    expect(rendered.flatMap(findViolations)).toEqual([])
  })
}

testWithHelm('an InferenceService reads the proxied artifact store from the volume', async () => {
  const { runId, modelId, name, values } = await sync()
  const slug = name.toLowerCase().replaceAll('_', '-')
  const resources = (cpu: string, memory: string) => ({ cpu, memory, 'nvidia.com/gpu': 4 })
  expect(render(values, '--set', 'serviceAccountName=models')).toEqual([
    {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: {
        name: `llm-${slug}-${runId.slice(0, 8)}`,
        annotations: {
          'mlflow-sync/run-id': runId,
          'mlflow-sync/model': `${name} version 1`,
        },
      },
      spec: {
        predictor: {
          annotations: { 'serving.knative.dev/progress-deadline': '3600s' },
          minReplicas: 1,
          maxReplicas: 2,
          serviceAccountName: 'models',
          model: {
            modelFormat: { name: 'huggingface' },
            storageUri: `pvc://mlflow-artifacts/${world.experiment.id}/models/${modelId ?? ''}/artifacts`,
            args: [
              `--model_name=${name}`,
              '--max-model-len=4096',
              '--gpu-memory-utilization=0.9',
              '--tensor-parallel-size=4',
            ],
            readinessProbe: {
              httpGet: { path: '/v2/health/ready', port: 8080 },
              periodSeconds: 10,
              timeoutSeconds: 5,
            },
            resources: { limits: resources('16', '48Gi'), requests: resources('8', '24Gi') },
          },
          nodeSelector: { 'nvidia.com/gpu.present': 'true' },
          tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
        },
      },
    },
  ])
})

testWithHelm('Knative gives a model the time that the values say', async () => {
  const { values } = await sync()
  expect(render(values, '--set', 'startupMinutes=90')).toMatchObject([
    { spec: { predictor: { annotations: { 'serving.knative.dev/progress-deadline': '5400s' } } } },
  ])
})

testWithHelm('more replicas at least than at most are refused', async () => {
  const { values } = await sync()
  const { status, output } = helmTemplate(join(folder, 'chart'), values, '--set', 'replicas.min=3')
  expect(status).not.toBe(0)
  expect(output).toContain('replicas: min is 3, and must not be above max, 2')
})

testWithHelm('an InferenceService downloads what is in a bucket', async () => {
  const source = 's3://weights/llama'
  const { values } = await sync({ source, template: withoutPath })
  expect(render(values)).toMatchObject([{ spec: { predictor: { model: { storageUri: source } } } }])
})

test('an InferenceService needs a path for what KServe cannot download', async () => {
  await expect(sync({ template: withoutPath })).rejects.toThrow(/`\/model\/path` is required/)
})

testWithHelm(
  'the host name has at most 63 characters, whatever the model and namespace',
  async () => {
    const { runId, values } = await sync()
    const long = values.replace(/^ {2}model: .*/m, `  model: ${'long-name-'.repeat(5)}x`)
    for (const namespace of ['ai', 'a-team-with-a-long-name', 'n'.repeat(37)]) {
      const [service] = render(long, '--namespace', namespace)
      const name = service?.metadata.name ?? ''
      expect(name).toMatch(new RegExp(`^llm-l[a-z-]*[a-z]?-${runId.slice(0, 8)}$`))
      expect(`${name}-predictor-${namespace}`.length).toBeLessThanOrEqual(63)
    }
  },
)

test('names that look like numbers stay texts', () => {
  const numeric = {
    run: { ...run, id: `12345678${'0'.repeat(24)}` },
    version: { ...version, name: '1e3' },
  }
  expect(parse(renderTemplate(template, { ...placeholderValues, ...numeric }))).toMatchObject({
    slug: { model: '1e3', run: '12345678' },
    model: { name: '1e3' },
  })
})

import { expect, test } from '@jest/globals'
import { parse, parseDocument } from 'yaml'
import { evaluateWithHelm, helmTemplate } from '../../testing/helm.ts'
import {
  findManifest,
  findPodFlaws,
  parseManifests,
  validateManifests,
  type Manifest,
} from '../../testing/kubernetes.ts'
import { useWorld } from '../../testing/use-world.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import {
  exampleCharts,
  expandArgs,
  podOf,
  renderExample,
  syncValues,
  type ExampleChart,
} from '../fixtures/example-charts.ts'

const world = await useWorld({ version: 3 })

/** What the action writes for one model, whose name and path try to read the server's environment. */
async function syncChart(name: ExampleChart) {
  const { chart, files, inputs } = exampleCharts[name]
  const project = world.createProject({ files })
  const runId = await project.createRun()
  const path = `${world.experiment.id}/${runId}/artifacts/$(HF_TOKEN)`
  const registered = await project.registerExternal('{{ .Name }} $(HF_TOKEN) $$(HF_TOKEN) $$', {
    runId,
    source: `s3://bucket/${path}`,
  })
  const values = await syncValues(world, project, inputs)
  return { chart, values, path, name: registered.name }
}

const examples = {
  'vllm-chart': await syncChart('vllm-chart'),
  sglang: await syncChart('sglang'),
  'tensorrt-llm': await syncChart('tensorrt-llm'),
  kserve: await syncChart('kserve'),
}

function render(name: ExampleChart, ...options: string[]): Manifest[] {
  return renderExample(examples[name].chart, examples[name].values, ...options)
}

/** The arguments with which the server starts. */
function argsOf(manifests: readonly Manifest[]): string[] {
  return expandArgs(podOf(manifests).containers[0].args, { HF_TOKEN: 'secret' })
}

type InferenceService = {
  readonly spec: { readonly predictor: { readonly model: { readonly args: readonly string[] } } }
}

const { describe: describeWithHelm, test: testWithHelm } = onlyWhere('Helm')

describeWithHelm('no text from MLflow reads the environment of a server', () => {
  test('of vLLM', () => {
    const { name, path } = examples['vllm-chart']
    const flag = '--quantization=$(HF_TOKEN)'
    const set = `vllm.vllm.extraArgs={${flag}},vllm.vllm.quantization=$(HF_TOKEN)`
    const args = argsOf(render('vllm-chart', '--set', set))
    expect(args).toEqual(
      expect.arrayContaining([`/mlflow/${path}`, `--served-model-name=${name}`, flag]),
    )
    expect(args.filter((arg) => arg === flag)).toHaveLength(2)
  })

  test('of SGLang', () => {
    const { name, path } = examples.sglang
    expect(argsOf(render('sglang'))).toEqual(
      expect.arrayContaining([`--model-path=/mlflow/${path}`, `--served-model-name=${name}`]),
    )
  })

  test('of TensorRT-LLM, which finds the model where it is mounted', () => {
    const { name, path } = examples['tensorrt-llm']
    const manifests = render('tensorrt-llm')
    expect(argsOf(manifests)).toContain(`/models/${name}`)
    expect(podOf(manifests).containers[0].volumeMounts).toContainEqual(
      expect.objectContaining({ mountPath: `/models/${name}`, subPath: path }),
    )
  })

  test('of KServe, which first evaluates Go templates', () => {
    const { spec } = findManifest(render('kserve'), 'InferenceService') as InferenceService
    const { args } = spec.predictor.model
    const [[evaluated = ''] = []] = evaluateWithHelm([JSON.stringify(args)], [{ Name: 'secret' }])
    expect(expandArgs(JSON.parse(evaluated) as string[], { HF_TOKEN: 'secret' })).toContain(
      `--model_name=${examples.kserve.name}`,
    )
  })
})

testWithHelm.each(Object.keys(examples) as ExampleChart[])(
  '%s takes what the action takes for equal: a number without quotes',
  (name) => {
    const owned = { experimentId: 12, runid: 123456, modelName: 7, modelVersion: 3 }
    const set = (as: (value: number) => unknown) =>
      Object.entries(owned).flatMap(([key, value]) => [
        '--set-json',
        `global.${key}=${JSON.stringify(as(value))}`,
      ])
    const rendered = render(name, ...set((value) => value))
    expect(rendered).toEqual(render(name, ...set(String)))
    expect(JSON.stringify(rendered)).toContain('"mlflow-sync/model":"7 version 3"')
  },
)

/** The keys in values, as in `--set`, down to those of an engine's settings. */
function keysIn(values: unknown, depth: number): string[] {
  if (depth === 0 || typeof values !== 'object' || values === null || Array.isArray(values))
    return []
  return Object.entries(values).flatMap(([key, value]) => [
    key,
    ...keysIn(value, depth - 1).map((inner) => `${key}.${inner}`),
  ])
}

/** What people may change: what the action wrote once, and the defaults of the chart. */
function editableKeys(name: ExampleChart): string[] {
  const { files } = exampleCharts[name]
  const read = (path: string): unknown => parse(files[`chart/${path}`] ?? '')
  const all = [parse(examples[name].values), read('values.yaml')]
  if (name === 'vllm-chart') all.push({ vllm: read('charts/vllm/values.yaml') })
  const keys = all.flatMap((values) => keysIn(values, name === 'vllm-chart' ? 3 : 2))
  return [...new Set(keys)].filter((key) => !key.startsWith('global'))
}

const operator = ['--api-versions', 'monitoring.coreos.com/v1']

/** What Helm makes of values with a key that has no value, which removes the default. */
function renderWithout(name: ExampleChart, key: string) {
  const document = parseDocument(examples[name].values)
  document.setIn(key.split('.'), null)
  const { status, output } = helmTemplate(examples[name].chart, String(document), ...operator)
  if (output.includes("values don't meet the specifications of the schema")) return []
  const [flaw] = status === 0 ? (/.*(?:%!|<nil>|<no value>).*/.exec(output) ?? []) : [output]
  expect([key, flaw]).toEqual([key, undefined])
  return [{ key, manifests: parseManifests(output) }]
}

/** Keys that the templates don't need. Without a default in the chart, a key must not be empty, either. */
const optional = {
  'vllm-chart': [
    'fullnameOverride hfToken.enabled imagePullSecrets ingress.enabled',
    'monitoring.enabled monitoring.labels persistence.enabled persistence.existingClaim',
    'persistence.storageClass podSecurityContext.runAsGroup podSecurityContext.runAsNonRoot',
    'podSecurityContext.runAsUser podSecurityContext.seccompProfile serviceAccount.annotations',
    'serviceAccount.create serviceAccount.name updateStrategy.rollingUpdate',
    'vllm.extraArgs vllm.trust_remote_code',
  ],
  sglang: ['nodeSelector tolerations'],
  'tensorrt-llm': ['nodeSelector tolerations'],
  kserve: ['nodeSelector serviceAccountName tolerations'],
} satisfies Record<ExampleChart, string[]>

testWithHelm.each(Object.keys(examples) as ExampleChart[])(
  'the schema of %s requires what its templates need',
  (name) => {
    const accepted = editableKeys(name).flatMap((key) => renderWithout(name, key))
    const keys = optional[name].flatMap((line) => line.split(' '))
    const prefix = name === 'vllm-chart' ? 'vllm.' : ''
    expect(accepted.map(({ key }) => key).toSorted()).toEqual(keys.map((key) => prefix + key))
    const manifests = accepted.flatMap((rendered) => rendered.manifests)
    const customKinds = ['InferenceService', 'ServiceMonitor']
    expect(validateManifests(manifests, { customKinds })).toEqual([])
  },
)

// KServe makes the pod of an InferenceService itself.
testWithHelm.each(['vllm-chart', 'sglang', 'tensorrt-llm'] as const)(
  'the pod of %s has no privileges, probes, and time to end',
  (name) => {
    expect(findPodFlaws(render(name))).toEqual([])
  },
)

import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { exampleFolder } from '../../testing/examples.ts'
import { helmLint } from '../../testing/helm.ts'
import { validateManifests, type Manifest } from '../../testing/kubernetes.ts'
import { useWorld } from '../../testing/use-world.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import { exampleFiles, podOf, renderExample, syncValues } from '../fixtures/example-charts.ts'
import { stepInProcess } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3 })
const inputs = {
  path: 'models',
  template: 'template.yaml',
  'values-schema': 'chart/values.schema.json',
}

/** What a sync with the template and the chart's schema writes for one model of two GPUs. */
async function syncExample(folder: string) {
  const project = world.createProject({ files: exampleFiles(folder) })
  const registered = await project.register('my_model', {
    params: { max_model_len: '131072' },
    versionTags: { gpus: '2', replicas: '3' },
  })
  const values = await syncValues(world, project, inputs)
  const path = `${world.experiment.id}/models/${registered.modelId ?? ''}/artifacts`
  return { ...registered, values, path, chart: join(folder, 'chart') }
}

type Example = Awaited<ReturnType<typeof syncExample>>
const examples = {
  sglang: await syncExample(exampleFolder('sglang')),
  'tensorrt-llm': await syncExample(exampleFolder('tensorrt-llm')),
  kserve: await syncExample(exampleFolder('kserve')),
}
const names = Object.keys(examples) as (keyof typeof examples)[]

function render({ chart, values }: Example, ...options: string[]): Manifest[] {
  return renderExample(chart, values, ...options)
}

const { describe: describeWithHelm } = onlyWhere('Helm')

describeWithHelm('in Helm', () => {
  test.each(names)('lint has nothing to say about the chart for %s', (name) => {
    const { chart, values } = examples[name]
    expect(helmLint(chart, values)).toMatchObject({
      status: 0,
      output: expect.not.stringMatching(/WARNING|ERROR/),
    })
  })

  test('Kubernetes accepts every manifest', () => {
    const manifests = [...render(examples.sglang), ...render(examples['tensorrt-llm'])]
    expect(manifests.map(({ kind }) => kind).sort()).toEqual([
      'Deployment',
      'Deployment',
      'Service',
      'Service',
    ])
    expect(validateManifests(manifests)).toEqual([])
  })

  test('SGLang gets the model, all GPUs and a home directory', () => {
    const { name, path } = examples.sglang
    expect(podOf(render(examples.sglang))).toMatchObject({
      securityContext: { runAsNonRoot: true, runAsUser: 1000 },
      containers: [
        {
          command: ['python3', '-m', 'sglang.launch_server'],
          args: [
            `--model-path=/mlflow/${path}`,
            `--served-model-name=${name}`,
            '--host=0.0.0.0',
            '--port=30000',
            '--context-length=131072',
            '--mem-fraction-static=0.85',
            '--tensor-parallel-size=2',
            '--enable-metrics',
          ],
          env: expect.arrayContaining([{ name: 'HOME', value: '/cache' }]),
          startupProbe: { httpGet: { path: '/health' }, failureThreshold: 180 },
          resources: {
            limits: { 'nvidia.com/gpu': 2, memory: '48Gi' },
            requests: { 'nvidia.com/gpu': 2, memory: '24Gi' },
          },
          volumeMounts: expect.arrayContaining([
            { name: 'artifacts', mountPath: '/mlflow', readOnly: true },
          ]),
        },
      ],
    })
  })

  test('TensorRT-LLM sees one folder with the name of the model', () => {
    const { name, path } = examples['tensorrt-llm']
    const [container] = podOf(render(examples['tensorrt-llm'])).containers
    expect(container).not.toHaveProperty('command')
    expect(container).toMatchObject({
      args: [
        'trtllm-serve',
        `/models/${name}`,
        '--host=0.0.0.0',
        '--port=8000',
        '--backend=pytorch',
        '--max_seq_len=131072',
        '--kv_cache_free_gpu_memory_fraction=0.9',
        '--tp_size=2',
      ],
      startupProbe: { httpGet: { path: '/health' }, failureThreshold: 360 },
      resources: { limits: { 'nvidia.com/gpu': 2 }, requests: { 'nvidia.com/gpu': 2 } },
      volumeMounts: expect.arrayContaining([
        { name: 'artifacts', mountPath: `/models/${name}`, subPath: path, readOnly: true },
      ]),
    })
  })

  test('TensorRT-LLM finds the tokenizer of an engine beside it', () => {
    const { name } = examples['tensorrt-llm']
    const [container] = podOf(
      render(examples['tensorrt-llm'], '--set', 'trtllm.backend=tensorrt'),
    ).containers
    expect(container.args).toEqual(
      expect.arrayContaining(['--backend=tensorrt', `--tokenizer=/models/${name}`]),
    )
  })

  test('each model has its own service, and each pod is selected by it', () => {
    for (const example of [examples.sglang, examples['tensorrt-llm']]) {
      const [service, deployment] = render(example)
      expect(service).toMatchObject({
        kind: 'Service',
        metadata: {
          name: expect.stringMatching(
            new RegExp(`^(sglang|trtllm)-.*-my-model-${example.runId.slice(0, 8)}$`),
          ),
        },
      })
      expect(deployment).toMatchObject({
        metadata: { name: service?.metadata.name },
        spec: {
          replicas: 3,
          selector: { matchLabels: (service?.spec as { selector: object }).selector },
          template: { metadata: { labels: service?.metadata.labels } },
        },
      })
    }
  })
})

test.each([
  ['sglang', 'memFractionStatic: 0.85', 'memFractionStatic: "0.85"', '/sglang/memFractionStatic'],
  ['tensorrt-llm', '  maxSeqLen:', '  maxSeqLength:', '/trtllm/maxSeqLength'],
  ['tensorrt-llm', '${model.name}', 'x/../../etc', '/trtllm/servedModelName'],
  ['tensorrt-llm', '${model.name}', 'a:b', '/trtllm/servedModelName'],
  ['tensorrt-llm', '${model.name}', '..', '/trtllm/servedModelName'],
  ['tensorrt-llm', '${model.name}', '', '/trtllm/servedModelName'],
  ['kserve', '  max: ${model.tags.replicas:-1}', '  max: many', '/replicas/max'],
  ['kserve', '  max: ${model.tags.replicas:-1}', '  max: 1000', '/replicas/max'],
  ['kserve', 'gpus: ${model.tags.gpus:-1}', 'gpus: 80', '/gpus'],
  ['sglang', 'gpus: ${model.tags.gpus:-1}', 'gpus: 80', '/gpus'],
  ['sglang', 'replicas: ${model.tags.replicas:-1}', 'replicas: 1000', '/replicas'],
  ['tensorrt-llm', 'gpus: ${model.tags.gpus:-1}', 'gpus: 80', '/gpus'],
  ['tensorrt-llm', 'replicas: ${model.tags.replicas:-1}', 'replicas: 1000', '/replicas'],
  [
    'sglang',
    'memory: 48Gi}',
    'memory: 48Gi, nvidia.com/gpu: 1}',
    '/resources/limits/nvidia.com~1gpu',
  ],
])('the schema of %s rejects %s → %s', async (example, right, wrong, pointer) => {
  const files = exampleFiles(exampleFolder(example))
  const template = (files['template.yaml'] ?? '').replace(right, wrong)
  expect(template).toContain(wrong)
  const project = world.createProject({ files: { ...files, 'template.yaml': template } })
  await project.register('my_model')
  const { outputs } = await stepInProcess(world, project, inputs)
  const [record] = JSON.parse(outputs.changes ?? '') as { outcome: string; reason: string }[]
  expect(record?.outcome).toBe('failed')
  expect(record?.reason).toContain(`\`${pointer}\``)
})

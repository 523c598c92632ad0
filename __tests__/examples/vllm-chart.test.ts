import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { expect, test } from '@jest/globals'
import { exampleFolder } from '../../testing/examples.ts'
import { helmLint, helmTemplate } from '../../testing/helm.ts'
import { findManifest, validateManifests } from '../../testing/kubernetes.ts'
import { useWorld } from '../../testing/use-world.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import { exampleFiles, podOf, renderExample, syncValues } from '../fixtures/example-charts.ts'
import { stepInProcess } from '../fixtures/step-in-process.ts'

const chart = exampleFolder('vllm-chart')
const worlds = { 2: await useWorld({ version: 2 }), 3: await useWorld({ version: 3 }) }

/** The file that the action writes for a new model if the chart accepts it, and its registration. */
async function sync(version: 2 | 3) {
  const world = worlds[version]
  const project = world.createProject({ files: exampleFiles(chart, 'chart') })
  const registered = await project.register('my_model')
  const inputs = { path: 'models', 'values-schema': 'chart/values.schema.json' }
  const values = await syncValues(world, project, inputs)
  return { ...registered, experiment: world.experiment.id, values }
}

const defaults = await sync(3)
const render = (...options: string[]) => renderExample(chart, defaults.values, ...options)

const { describe: describeWithHelm, test: testWithHelm } = onlyWhere('Helm')

describeWithHelm('the chart for vLLM', () => {
  test('renders what a sync from MLflow 3 wrote', () => {
    const { args } = podOf(render()).containers[0]
    expect(args).toEqual([
      `/mlflow/${defaults.experiment}/models/${defaults.modelId}/artifacts`,
      `--served-model-name=${defaults.name}`,
      '--host=0.0.0.0',
      '--port=8000',
      '--dtype=auto',
      '--max-model-len=4096',
      '--gpu-memory-utilization=0.9',
      '--tensor-parallel-size=1',
      '--pipeline-parallel-size=1',
      '--trust-remote-code',
    ])
  })

  test('renders what a sync from MLflow 2 wrote', async () => {
    const { values, experiment, runId } = await sync(2)
    const manifests = renderExample(chart, values)
    const [path] = podOf(manifests).containers[0].args
    expect(path).toBe(`/mlflow/${experiment}/${runId}/artifacts/model`)
    expect(validateManifests(manifests)).toEqual([])
  })

  test('helm lint has nothing to say', () => {
    expect(helmLint(chart, defaults.values)).toMatchObject({
      status: 0,
      output: expect.not.stringMatching(/WARNING|ERROR/),
    })
  })

  test('the server is restarted only if it is not up after the time that loading may take', () => {
    const probe = (startupMinutes: number) =>
      render('--set', `vllm.startupMinutes=${startupMinutes}`)
    const [container] = podOf(probe(60)).containers
    const health = { path: '/health', port: 'http' }
    expect(container).toMatchObject({
      startupProbe: { httpGet: health, periodSeconds: 10, failureThreshold: 360 },
      livenessProbe: { httpGet: health },
      readinessProbe: { httpGet: health },
    })
    expect(findManifest(probe(60), 'Deployment').spec).toMatchObject({
      progressDeadlineSeconds: 3900,
    })
  })

  test('the pod has no privileges, reads the artifacts only, and has shared memory', () => {
    const pod = podOf(render())
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 2000,
        runAsGroup: 0,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [
            { name: 'shared-memory', mountPath: '/dev/shm' },
            { name: 'artifacts', mountPath: '/mlflow', readOnly: true },
          ],
        },
      ],
      volumes: [
        { name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit: '8Gi' } },
        { persistentVolumeClaim: { claimName: 'mlflow-artifacts', readOnly: true } },
      ],
    })
  })

  const gpus = (limit: number, request = limit) =>
    [
      `vllm.resources.limits.nvidia\\.com/gpu=${limit}`,
      `vllm.resources.requests.nvidia\\.com/gpu=${request}`,
    ].join(',')

  test.each([
    ['all GPUs', gpus(4), ['--tensor-parallel-size=4', '--pipeline-parallel-size=1']],
    [
      'the GPUs of each stage',
      `${gpus(4)},vllm.vllm.pipeline_parallel_size=2`,
      ['--tensor-parallel-size=2', '--pipeline-parallel-size=2'],
    ],
  ])('splits the model across %s', (_name, set, expected) => {
    expect(podOf(render('--set', set)).containers[0].args).toEqual(expect.arrayContaining(expected))
  })

  test.each([
    [
      gpus(1, 2),
      "nvidia.com/gpu is 2 in requests and 1 in limits: GPUs can't be overcommitted, so both must be equal",
    ],
    [
      'vllm.vllm.pipeline_parallel_size=3',
      'vllm: pipeline_parallel_size 3 does not divide the GPUs in resources.limits, nvidia.com/gpu: 1',
    ],
    [
      'vllm.autoscaling.enabled=true,vllm.autoscaling.minReplicas=5',
      'autoscaling: minReplicas is 5, and must not be above maxReplicas, 3',
    ],
    [
      'vllm.hpa.enabled=true,vllm.hpa.minReplicas=4',
      'hpa: minReplicas is 4, and must not be above maxReplicas, 3',
    ],
    [
      'vllm.vllm.tensor_parallel_size=4',
      'tensor_parallel_size 4 x pipeline_parallel_size 1 needs 4 GPUs, but resources.limits has nvidia.com/gpu: 1',
    ],
  ])('refuses %s', (set, message) => {
    const { status, output } = helmTemplate(chart, defaults.values, '--set', set)
    expect(status).not.toBe(0)
    expect(output).toContain(message)
  })
})

/** Slips in the template, and the pointers of the values that the chart then rejects. */
const mistakes = [
  ['maxModelLen: 4096', 'maxModelLen: "4096"', '/vllm/vllm/maxModelLen'],
  ['gpuMemoryUtilization: 0.9', 'gpuMemoryUtilization: 90', '/vllm/vllm/gpuMemoryUtilization'],
  ['trust_remote_code: true', 'trustRemoteCode: true', '/vllm/vllm/trustRemoteCode'],
  [
    '  fullnameOverride: vllm-',
    `  fullnameOverride: ${'vllm-'.repeat(9)}`,
    '/vllm/fullnameOverride',
  ],
  [
    '      nvidia.com/gpu: 1',
    '      nvidia.com/gpu: "1"',
    '/vllm/resources/limits/nvidia.com~1gpu',
  ],
  ['value: "1"', 'value: 1', '/vllm/env/0/value'],
  ['accessMode: ReadOnlyMany', 'accessMode: ROX', '/vllm/persistence/accessMode'],
  ['  replicaCount: 1', '  replicas: 1', '/vllm/replicas'],
  ['  hpa:\n    enabled: false\n    minReplicas: 1\n    maxReplicas: 3\n', '  hpa:\n', '/vllm/hpa'],
] as const

const template = mistakes.reduce(
  (text, [right, wrong]) => {
    if (!text.includes(right)) throw new Error(`the built-in template has no ${right}`)
    return text.replace(right, wrong)
  },
  readFileSync('templates/vllm.yaml', 'utf8'),
)

test('the action names each mistake of a template with its place', async () => {
  const files = { ...exampleFiles(chart, 'chart'), 'template.yaml': template }
  const project = worlds[3].createProject({ files })
  const { name } = await project.register('my_long_name')
  const { outputs } = await stepInProcess(worlds[3], project, {
    'values-schema': 'chart/values.schema.json',
    template: 'template.yaml',
  })
  const [record] = JSON.parse(outputs.changes ?? '') as { reason: string }[]
  expect(record).toMatchObject({ modelName: name, outcome: 'failed' })
  for (const [, , pointer] of mistakes) expect(record?.reason).toContain(`\`${pointer}\``)
  expect(record?.reason).toContain('did you mean `trust_remote_code`?')
})

testWithHelm('Helm rejects each of these mistakes, too', () => {
  const { status, output } = helmTemplate(chart, `global: {}\n${template}`)
  expect(status).not.toBe(0)
  for (const [, , pointer] of mistakes) expect(output).toContain(posix.basename(pointer))
})

import { expect } from '@jest/globals'
import { exampleFolder } from '../../testing/examples.ts'
import {
  findManifest,
  findPodFlaws,
  validateManifests,
  type Manifest,
} from '../../testing/kubernetes.ts'
import { useWorld } from '../../testing/use-world.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import { podOf, renderExample, syncValues } from '../fixtures/example-charts.ts'

const chart = exampleFolder('vllm-chart')
const world = await useWorld({ version: 3 })
const project = world.createProject()
await project.register('my_model')
const values = await syncValues(world, project, { path: 'models' })
const withOperator = ['--api-versions', 'monitoring.coreos.com/v1']

const { test: testWithHelm } = onlyWhere('Helm')

const ingress = [
  'vllm.ingress.enabled=true',
  'vllm.ingress.hosts[0].host=llm.example.com',
  'vllm.ingress.hosts[0].paths[0].path=/',
  'vllm.ingress.hosts[0].paths[0].pathType=Prefix',
  'vllm.ingress.tls[0].secretName=llm-tls',
  'vllm.ingress.tls[0].hosts[0]=llm.example.com',
]

/** What can be enabled or disabled. */
const blocks = {
  defaults: [],
  nothing: ['vllm.monitoring.enabled=false', 'vllm.serviceAccount.create=false'],
  autoscaling: ['vllm.autoscaling.enabled=true'],
  hpa: ['vllm.hpa.enabled=true', 'vllm.hpa.maxReplicas=5'],
  rollouts: ['vllm.rollouts.enabled=true', 'vllm.hpa.enabled=true'],
  ingress,
  hfToken: ['vllm.hfToken.enabled=true'],
  'a claim of its own': ['vllm.persistence.existingClaim=', 'vllm.persistence.storageClass=nfs'],
  'no volume': ['vllm.persistence.enabled=false'],
  'init containers': [
    'vllm.initContainers[0].name=wait',
    'vllm.initContainers[0].image=busybox:1.37',
    'vllm.initContainers[0].env[0].name=MODE',
    'vllm.initContainers[0].env[0].value=fast',
    'vllm.imagePullSecrets[0].name=registry',
  ],
  affinity: [
    'vllm.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey=kubernetes.io/hostname',
  ],
} as const

type Block = keyof typeof blocks
const rendered = new Map<Block, Manifest[]>()
function renderBlock(block: Block): Manifest[] {
  const manifests =
    rendered.get(block) ??
    renderExample(chart, values, ...withOperator, '--set', blocks[block].join(','))
  rendered.set(block, manifests)
  return manifests
}

testWithHelm.each<[Block, string[]]>([
  ['nothing', []],
  ['autoscaling', ['HorizontalPodAutoscaler']],
  ['ingress', ['Ingress']],
  ['a claim of its own', ['PersistentVolumeClaim']],
])('adds what %s needs', (block, added) => {
  const optional = block === 'nothing' ? [] : ['ServiceAccount', 'ServiceMonitor', 'ServiceMonitor']
  expect(
    renderBlock(block)
      .map(({ kind }) => kind)
      .sort(),
  ).toEqual(['Deployment', 'Service', ...optional, ...added].sort())
})

testWithHelm(
  'monitors carry the labels that Prometheus selects, where its operator is installed',
  () => {
    const isMonitor = ({ kind }: Manifest) => kind === 'ServiceMonitor'
    const labels = ['--set', 'vllm.monitoring.labels.release=prometheus']
    const monitors = renderExample(chart, values, ...withOperator, ...labels).filter(isMonitor)
    const { metadata } = findManifest(renderBlock('defaults'), 'Service')
    expect(monitors.map(({ metadata: { labels } }) => labels)).toEqual([
      { ...metadata.labels, release: 'prometheus' },
      { ...metadata.labels, release: 'prometheus' },
    ])
    expect(renderExample(chart, values, ...labels).filter(isMonitor)).toEqual([])
  },
)

testWithHelm('an autoscaler decides about the number of replicas', () => {
  for (const [block, maxReplicas] of [
    ['autoscaling', 3],
    ['hpa', 5],
  ] as const) {
    const manifests = renderBlock(block)
    expect(findManifest(manifests, 'Deployment').spec).not.toHaveProperty('replicas')
    expect(findManifest(manifests, 'HorizontalPodAutoscaler').spec).toMatchObject({
      scaleTargetRef: {
        kind: 'Deployment',
        name: findManifest(manifests, 'Deployment').metadata.name,
      },
      minReplicas: 1,
      maxReplicas,
    })
  }
})

testWithHelm('a rollout takes the place of the Deployment, for the autoscaler, too', () => {
  const manifests = renderBlock('rollouts')
  expect(findManifest(manifests, 'Rollout')).toMatchObject({
    apiVersion: 'argoproj.io/v1alpha1',
    spec: { strategy: { canary: { steps: expect.arrayContaining([{ setWeight: 10 }]) } } },
  })
  expect(podOf(manifests, 'Rollout')).toEqual(podOf(renderBlock('defaults')))
  expect(findManifest(manifests, 'HorizontalPodAutoscaler').spec).toMatchObject({
    scaleTargetRef: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' },
  })
})

testWithHelm('the token for the Hugging Face Hub comes from the secret', () => {
  expect(podOf(renderBlock('hfToken')).containers[0].env).toContainEqual({
    name: 'HF_TOKEN',
    valueFrom: { secretKeyRef: { name: 'hf-token', key: 'token' } },
  })
})

testWithHelm('a claim of its own has the name that the pod mounts', () => {
  const manifests = renderBlock('a claim of its own')
  const claim = findManifest(manifests, 'PersistentVolumeClaim')
  expect(claim.spec).toMatchObject({ accessModes: ['ReadOnlyMany'], storageClassName: 'nfs' })
  expect(podOf(manifests).volumes).toContainEqual({
    name: 'artifacts',
    persistentVolumeClaim: { claimName: claim.metadata.name, readOnly: true },
  })
})

testWithHelm(
  'Kubernetes accepts every manifest, and no pod has privileges, whatever is enabled',
  () => {
    const manifests = (Object.keys(blocks) as Block[]).flatMap(renderBlock)
    const customKinds = ['Rollout', 'ServiceMonitor']
    expect(validateManifests(manifests, { customKinds })).toEqual([])
    expect(findPodFlaws(manifests)).toEqual([])
    for (const { metadata } of manifests)
      expect(metadata.name).toMatch(/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/)
  },
)

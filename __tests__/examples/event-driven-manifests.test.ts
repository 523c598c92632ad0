import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { exampleFolder } from '../../testing/examples.ts'
import { kustomize } from '../../testing/helm.ts'
import {
  findManifest,
  parseManifests,
  validateManifests,
  type Manifest,
} from '../../testing/kubernetes.ts'
import { pythonOf } from '../../testing/virtual-environment.ts'
import { onlyWhere } from '../../testing/only-where.ts'

const folder = join(exampleFolder('event-driven'), 'relay')
const read = (file: string) => readFileSync(join(folder, file), 'utf8')
const [relay, steps, script] = [
  read('relay.mjs'),
  read('kustomization.yaml'),
  read('create-webhook.py'),
]

type Probe = { readonly httpGet: object; readonly failureThreshold?: number }
type Container = {
  readonly command: readonly string[]
  readonly env: readonly { readonly name: string; readonly valueFrom?: object }[]
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
}
type Deployment = {
  readonly spec: {
    readonly selector: { readonly matchLabels: object }
    readonly template: {
      readonly metadata: { readonly labels: object }
      readonly spec: { readonly containers: readonly [Container] }
    }
  }
}

const manifests = parseManifests(read('relay.yaml'))
const deployment = findManifest(manifests, 'Deployment') as Manifest & Deployment
const { selector, template } = deployment.spec
const [container] = template.spec.containers
const matchOf = (pattern: RegExp, text: string) => pattern.exec(text)?.[1]

const { test: withKubectl } = onlyWhere('Helm')
withKubectl('what runs the relay on Kubernetes is valid', () => {
  const { status, output } = kustomize(folder)
  expect(status === 0 ? '' : output).toBe('')
  const built = parseManifests(output)
  expect(built.map(({ kind }) => kind).toSorted()).toEqual([
    'ConfigMap',
    'Deployment',
    'Ingress',
    'Service',
  ])
  expect(validateManifests(built)).toEqual([])

  const { data, metadata } = findManifest(built, 'ConfigMap') as ConfigMap
  expect(data['relay.mjs']).toBe(relay)
  expect(findManifest(built, 'Deployment')).toMatchObject({
    spec: {
      template: { spec: { volumes: [{ name: 'relay', configMap: { name: metadata.name } }] } },
    },
  })
})

type ConfigMap = Manifest & { readonly data: Readonly<Record<string, string>> }

test('the relay runs alone and without privileges', () => {
  expect(deployment.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } })
  expect(template.spec).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  })
  expect(container).toMatchObject({
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    resources: { limits: { memory: '256Mi' } },
    volumeMounts: [{ name: 'relay', mountPath: '/relay', readOnly: true }],
  })
  expect(container.command).toEqual(['node', '/relay/relay.mjs'])
})

test('the relay gets the variables that it needs, from the Secret of the steps', () => {
  const required = [...relay.matchAll(/setting\('(\w+)', \S+, '[^']+'\)$/gm)].map(
    ([, name]) => name,
  )
  expect(container.env.map(({ name }) => name).toSorted()).toEqual(required.toSorted())
  const secret = matchOf(/kubectl create secret generic (\S+) --from-env-file=relay\.env/, steps)
  const keys = [...steps.matchAll(/^# +(\w+)=…/gm)].map(([, key]) => key)
  expect(keys).toHaveLength(2)
  for (const key of keys) {
    const valueFrom = { secretKeyRef: { name: secret, key } }
    expect(container.env).toContainEqual({ name: key, valueFrom })
  }
})

test('requests find their way to the relay', () => {
  const port = Number(matchOf(/'PORT', (\d+)/, relay))
  expect(container).toMatchObject({ ports: [{ name: 'http', containerPort: port }] })
  const { livenessProbe, readinessProbe } = container
  for (const { httpGet } of [livenessProbe, readinessProbe]) {
    expect(httpGet).toEqual({ path: '/healthz', port: 'http' })
  }
  // Kubernetes probes every 10 s, as long as stalled requests last.
  expect(livenessProbe.failureThreshold).toBeGreaterThan(3)

  expect(template.metadata.labels).toMatchObject(selector.matchLabels)
  const service = findManifest(manifests, 'Service')
  expect(service.spec).toEqual({
    selector: selector.matchLabels,
    ports: [{ name: 'http', port: 80, targetPort: 'http' }],
  })

  const url = new URL(matchOf(/RELAY_URL=(\S+)/, script) ?? '')
  const backend = { service: { name: service.metadata.name, port: { name: 'http' } } }
  expect(findManifest(manifests, 'Ingress').spec).toEqual({
    ingressClassName: 'nginx',
    tls: [{ hosts: [url.host], secretName: matchOf(/kubectl create secret tls (\S+)/, steps) }],
    rules: [
      { host: url.host, http: { paths: [{ path: url.pathname, pathType: 'Exact', backend }] } },
    ],
  })
})

test('the secrets that the steps name are ignored by git', () => {
  const files = [...steps.matchAll(/--(?:from-env-file|key)=(\S+)/g)].map(([, file]) => file)
  expect(read('.gitignore').trim().split('\n')).toEqual(files)
})

test("the command for MLflow's key makes one that MLflow accepts", () => {
  const command = matchOf(/^# +(openssl .+)$/m, script) ?? ''
  // Several, since not every key has the characters that must not occur in it.
  const run = `for _ in 1 2 3 4 5 6 7 8 9; do ${command}; done`
  const keys = execFileSync('sh', ['-c', run], { encoding: 'utf8' }).trim().split('\n')
  expect(keys.filter((key) => /^[\w-]{43}=$/.test(key))).toHaveLength(9)
  const check = 'import sys; from cryptography.fernet import Fernet; Fernet(sys.argv[1])'
  execFileSync(pythonOf('mlflow-3'), ['-c', check, keys[0] ?? ''])
})

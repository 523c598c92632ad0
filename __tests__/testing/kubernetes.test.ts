import { describe, expect, test } from '@jest/globals'
import {
  findPodFlaws,
  parseManifests,
  validateManifests,
  type Manifest,
} from '../../testing/kubernetes.ts'

const service = (port: string) =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { ports: [{ ${port} }] }\n`
const custom = 'apiVersion: example.com/v1\nkind: Custom\nmetadata: { name: b }\n'

test('finds nothing wrong with valid manifests and custom kinds', () => {
  const manifests = parseManifests(`---\n${service('port: 80')}---\n${custom}`)
  expect(validateManifests(manifests, { customKinds: ['Custom'] })).toEqual([])
})

test('names a wrong type, an unknown field and a kind that nobody knows', () => {
  const documents = [service('port: http'), service('port: 80, prot: TCP'), custom]
  expect(validateManifests(parseManifests(documents.join('---\n')))).toEqual([
    expect.stringContaining("'http' is not of type 'integer'"),
    expect.stringContaining("'prot' was unexpected"),
    expect.stringContaining("Couldn't find schema for kind Custom"),
  ])
})

describe('the flaws of pods', () => {
  const probe = { httpGet: { path: '/health', port: 'http' } }
  const container = {
    name: 'server',
    ports: [{ name: 'http', containerPort: 80 }],
    readinessProbe: probe,
    livenessProbe: probe,
    lifecycle: { preStop: { sleep: { seconds: 10 } } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  }
  const pod = {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 70,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  }
  const bare = { containers: [{ name: 'server' }] }

  const deployment = (spec: object): Manifest => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a' },
    spec: { template: { spec } },
  })
  const cronJob = (spec: object): Manifest => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'a' },
    spec: { jobTemplate: { spec: { template: { spec } } } },
  })

  test('are none in a pod that has everything', () => {
    expect(findPodFlaws([deployment({ ...pod, containers: [container] })])).toEqual([])
    const { securityContext } = container
    const job = cronJob({ ...pod, containers: [{ name: 'job', securityContext }] })
    expect(findPodFlaws([job])).toEqual([])
  })

  test('are all that is missing', () => {
    const ofJob = [
      'CronJob a: automountServiceAccountToken is undefined instead of false',
      'CronJob a: enableServiceLinks is undefined instead of false',
      'CronJob a: securityContext.runAsNonRoot is undefined instead of true',
      'CronJob a: securityContext.seccompProfile.type is undefined instead of "RuntimeDefault"',
      'CronJob a: securityContext.allowPrivilegeEscalation is undefined instead of false',
      'CronJob a: securityContext.capabilities.drop is undefined instead of ["ALL"]',
    ]
    expect(findPodFlaws([cronJob(bare)])).toEqual(ofJob)
    expect(findPodFlaws([deployment(bare)])).toEqual([
      ...ofJob.map((flaw) => flaw.replace('CronJob', 'Deployment')),
      'Deployment a: readinessProbe does not ask a port of server',
      'Deployment a: livenessProbe does not ask a port of server',
    ])
  })

  test('are a probe of a port that the server does not have, and too little time to end', () => {
    const startupProbe = { httpGet: { path: '/health', port: 81 } }
    const wrong = {
      ...pod,
      terminationGracePeriodSeconds: 69,
      containers: [{ ...container, startupProbe }],
    }
    expect(findPodFlaws([deployment(wrong)])).toEqual([
      'Deployment a: startupProbe does not ask a port of server',
      'Deployment a: 59 s to end after preStop',
    ])
  })

  test('are a root file system that can be written, if it must not be, and no pod at all', () => {
    const manifests = [deployment({ ...pod, containers: [container] })]
    expect(findPodFlaws(manifests, { readOnlyRoot: true })).toEqual([
      'Deployment a: securityContext.readOnlyRootFilesystem is undefined instead of true',
    ])
    expect(findPodFlaws([])).toEqual(['there is no pod'])
  })
})

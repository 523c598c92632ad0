import { spawnSync } from 'node:child_process'
import { parseAllDocuments } from 'yaml'
import { pythonOf } from './virtual-environment.ts'

export type Manifest = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
  readonly spec?: unknown
}

/** The manifests that `helm template` prints; throws if one of them is not valid YAML. */
export function parseManifests(output: string): Manifest[] {
  return parseAllDocuments(output).flatMap((document) => {
    const [error] = document.errors
    if (error !== undefined) throw error
    return document.contents === null ? [] : [document.toJS() as Manifest]
  })
}

/** The first manifest of a kind; throws if there is none. */
export function findManifest(manifests: readonly Manifest[], kind: string): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind)
  if (found === undefined) throw new Error(`the chart renders no ${kind}`)
  return found
}

/**
 * Validates manifests with the schemas of Kubernetes, in one run of `kubernetes-validate`.
 *
 * @param customKinds kinds that Kubernetes does not have itself, and which are not validated.
 * @returns what is wrong; a kind that is neither known nor named is wrong, too.
 */
export function validateManifests(
  manifests: readonly Manifest[],
  { customKinds = [] }: { readonly customKinds?: readonly string[] } = {},
): string[] {
  const known = manifests.filter(({ kind }) => !customKinds.includes(kind))
  const { stdout, stderr } = spawnSync(
    pythonOf('lint'),
    ['-m', 'kubernetes_validate', '--strict', '-'],
    { input: known.map((manifest) => JSON.stringify(manifest)).join('\n---\n'), encoding: 'utf8' },
  )
  const lines = stdout.split('\n').filter((line) => line !== '')
  const passed = lines.filter((line) => line.startsWith('INFO '))
  if (passed.length === known.length) return []
  return [
    ...lines.filter((line) => !line.startsWith('INFO ')),
    ...stderr.split('\n').filter(Boolean),
  ]
}

type Json = Readonly<Record<string, unknown>>

type Container = Json & {
  readonly name: string
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[]
  readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } }
}

type Pod = Json & {
  readonly containers: readonly Container[]
  readonly terminationGracePeriodSeconds?: number
}

/** No privileges, no access to Kubernetes' API, no variables that other services set. */
const podRules = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  'securityContext.runAsNonRoot': true,
  'securityContext.seccompProfile.type': 'RuntimeDefault',
}

const containerRules = {
  'securityContext.allowPrivilegeEscalation': false,
  'securityContext.capabilities.drop': ['ALL'],
}

/** Requests that are still running when a server is told to end have at least this time. */
const graceSeconds = 60

/**
 * What the pods in manifests lack of what every example promises. Those of servers, that is of everything
 * but a CronJob, also have probes of a port of theirs, and time to end after a `sleep` of `preStop`.
 *
 * @param readOnlyRoot whether their root file system has to be read-only.
 * @returns a line for each flaw; that there is no pod is one, too.
 */
export function findPodFlaws(
  manifests: readonly Manifest[],
  { readOnlyRoot = false }: { readonly readOnlyRoot?: boolean } = {},
): string[] {
  const rules = readOnlyRoot
    ? { ...containerRules, 'securityContext.readOnlyRootFilesystem': true }
    : containerRules
  const flaws = manifests.flatMap((manifest) => {
    const { kind, metadata, spec } = manifest
    const template = kind === 'CronJob' ? 'jobTemplate.spec.template.spec' : 'template.spec'
    const pod = valueAt(spec, template) as Pod | undefined
    if (pod === undefined) return []
    const found = [
      ...brokenRules(pod, podRules),
      ...pod.containers.flatMap((container) => [
        ...brokenRules(container, rules),
        ...(kind === 'CronJob' ? [] : flawsOfServer(pod, container)),
      ]),
    ]
    return [found.map((flaw) => `${kind} ${metadata.name}: ${flaw}`)]
  })
  return flaws.length === 0 ? ['there is no pod'] : flaws.flat()
}

function flawsOfServer(pod: Pod, container: Container): string[] {
  const ports = (container.ports ?? []).flatMap(({ name, containerPort }) => [name, containerPort])
  const probes = ['readinessProbe', 'livenessProbe']
  if ('startupProbe' in container) probes.push('startupProbe')
  const unprobed = probes.filter(
    (probe) => !ports.includes(valueAt(container, `${probe}.httpGet.port`) as string | undefined),
  )
  const sleep = container.lifecycle?.preStop?.sleep?.seconds
  const grace = (pod.terminationGracePeriodSeconds ?? 30) - (sleep ?? 0)
  return [
    ...unprobed.map((probe) => `${probe} does not ask a port of ${container.name}`),
    ...(sleep === undefined || grace >= graceSeconds ? [] : [`${grace} s to end after preStop`]),
  ]
}

function brokenRules(object: Json, rules: Json): string[] {
  return Object.entries(rules).flatMap(([path, expected]) => {
    const [wanted, actual] = [expected, valueAt(object, path)].map((value) => JSON.stringify(value))
    return wanted === actual ? [] : [`${path} is ${String(actual)} instead of ${String(wanted)}`]
  })
}

function valueAt(object: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Json | undefined)?.[key], object)
}

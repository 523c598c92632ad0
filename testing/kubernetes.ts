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

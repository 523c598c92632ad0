import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { findViolations } from '../../testing/crds.ts'
import { exampleFolder } from '../../testing/examples.ts'
import {
  findManifest,
  parseManifests,
  validateManifests,
  type Manifest,
} from '../../testing/kubernetes.ts'
import { onlyWhere } from '../../testing/only-where.ts'

type Reference = { readonly kind: string; readonly name: string }
type Kustomization = Manifest & {
  readonly spec: { readonly sourceRef: Reference; readonly patches: [{ readonly patch: string }] }
}
type Patch = {
  readonly spec: { readonly chart: { readonly spec: { readonly sourceRef: Reference } } }
}
type GitRepository = Manifest & { readonly spec: { readonly url: string; readonly ref: object } }

const readText = (path: string): string =>
  readFileSync(join(exampleFolder('flux'), 'deploy/flux', path), 'utf8')
const text = readText('models.yaml')
const manifests = parseManifests(text)
const account = parseManifests(readText('account.yaml'))
const kustomization = findManifest(manifests, 'Kustomization') as Kustomization
const patch = parse(kustomization.spec.patches[0].patch) as Patch

/** What a reference to a source leads to, in the namespace of all objects. */
function sourceOf({ kind, name }: Reference): GitRepository['spec'] | undefined {
  const found = manifests.find(
    (manifest) => manifest.kind === kind && manifest.metadata.name === name,
  )
  return (found as GitRepository | undefined)?.spec
}

onlyWhere('CRDs').describe('the objects of Flux', () => {
  test('are valid, with and without credentials for private repositories', () => {
    const withSecrets = parseManifests(text.replaceAll('# secretRef', 'secretRef'))
    const repositories = withSecrets.filter(({ kind }) => kind === 'GitRepository')
    expect(repositories).toMatchObject(
      Array(2).fill({ spec: { secretRef: { name: 'github' } } }) as object[],
    )
    for (const manifest of [...manifests, ...withSecrets]) {
      expect(findViolations(manifest)).toEqual([])
    }
  })
})

describe('the objects of Flux', () => {
  test('take the releases from the branch that is synced, and the chart from a version', () => {
    expect(sourceOf(kustomization.spec.sourceRef)).toMatchObject({
      url: 'https://github.com/acme/deployments.git',
      ref: { branch: 'main' },
    })
    expect(sourceOf(patch.spec.chart.spec.sourceRef)).toMatchObject({
      url: 'https://github.com/acme/charts.git',
      ref: { tag: expect.stringMatching(/^v\d+\.\d+\.\d+$/) },
    })
  })

  test('stop a server with its file, and undo changes in the cluster', () => {
    expect(kustomization.spec).toMatchObject({ path: './deploy/releases', prune: true })
    expect(patch.spec).toMatchObject({
      chart: { spec: { reconcileStrategy: 'Revision' } },
      driftDetection: { mode: 'enabled' },
    })
  })

  test('are applied with the permissions of the account, in its namespace alone', () => {
    const { name } = findManifest(account, 'ServiceAccount').metadata
    expect(kustomization.spec).toMatchObject({
      serviceAccountName: name,
      targetNamespace: 'models',
    })
    expect(patch.spec).toMatchObject({ serviceAccountName: name })
    expect(findManifest(account, 'RoleBinding')).toMatchObject({
      subjects: [{ kind: 'ServiceAccount', name, namespace: 'models' }],
    })
    expect(new Set(account.map(({ kind }) => kind))).toEqual(
      new Set(['ServiceAccount', 'RoleBinding']),
    )
    for (const { metadata } of [...manifests, ...account]) {
      expect(metadata).toMatchObject({ namespace: 'models' })
    }
  })
})

test('the account is valid', () => {
  expect(validateManifests(account)).toEqual([])
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { findViolations } from '../../testing/crds.ts'
import { exampleFolder } from '../../testing/examples.ts'
import type { Manifest } from '../../testing/kubernetes.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import type { Application, ApplicationSet } from '../fixtures/application-set.ts'

const readText = (name: string): string => readFileSync(join(exampleFolder('argocd'), name), 'utf8')
const applicationSet = parse(readText('applicationset.yaml')) as ApplicationSet
const project = parse(readText('project.yaml')) as Manifest
const [generator] = applicationSet.spec.generators

describe('the manifests of Argo CD', () => {
  test('stop a server with its file, and undo changes in the cluster', () => {
    expect(applicationSet.spec).toMatchObject({
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      template: { spec: { syncPolicy: { automated: { prune: true, selfHeal: true } } } },
      syncPolicy: { preserveResourcesOnDeletion: false },
    })
  })

  test('read the file of a run where the sync has written it', () => {
    const { sources } = applicationSet.spec.template.spec as Application['spec']
    const [{ repoURL, targetRevision } = {}] = sources.filter(({ ref }) => ref === 'values')
    expect([repoURL, targetRevision]).toEqual([generator.git.repoURL, generator.git.revision])
    // The quick start writes to the default branch.
    expect(targetRevision).toBe('main')
    // A version of the chart, and not a branch.
    expect(sources[0]?.targetRevision).toMatch(/^v\d+\.\d+\.\d+$/)
  })

  test('keep what the files deploy in one namespace, without cluster-scoped resources', () => {
    expect([applicationSet, project]).toMatchObject([
      { metadata: { namespace: 'argocd' } },
      { metadata: { namespace: 'argocd' } },
    ])
    expect(project.spec).toEqual({
      description: expect.any(String),
      sourceRepos: [generator.git.repoURL, 'https://github.com/acme/charts.git'],
      destinations: [{ server: 'https://kubernetes.default.svc', namespace: 'models' }],
      clusterResourceWhitelist: [],
    })
  })

  test('say how GitHub starts deployments, and who reads private repositories', () => {
    const text = readText('applicationset.yaml')
    expect(text).toContain('argocd-applicationset-controller')
    expect(text).toContain('application/json')
    expect(text).toContain('argocd.argoproj.io/secret-type')
  })
})

const { test: testWithCrds } = onlyWhere('CRDs')

testWithCrds('the manifests of Argo CD are valid', () => {
  expect(findViolations(applicationSet)).toEqual([])
  expect(findViolations(project)).toEqual([])
})

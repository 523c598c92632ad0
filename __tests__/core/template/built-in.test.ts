import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { hasHelm, helmTemplate, readWithHelm } from '../../../testing/helm.ts'
import { artifactsPath } from '../../../src/core/artifacts.ts'
import type { ModelVersion } from '../../../src/core/model.ts'
import { isHeldFile } from '../../fixtures/values-files.ts'
import { nastyTexts } from '../../fixtures/nasty-text.ts'
import {
  modelId,
  placeholderValues,
  rendered,
  run,
  runId,
  version,
  withParams,
} from '../../fixtures/templates.ts'

const root = join(import.meta.dirname, '../../..')
const builtIn = readFileSync(join(root, 'templates/vllm.yaml'), 'utf8')
const chart = join(root, 'examples/chart')

const fileFor = (changes: Partial<ModelVersion> = {}, id?: string): string => {
  const registered = { ...version, ...changes }
  const artifacts = artifactsPath({ version: registered, run, modelId: id })
  return rendered(builtIn, { ...placeholderValues, version: registered, modelId: id, artifacts })
}

/** As the action adds it to a new file. */
const owned = `global:
  experimentId: "1"
  runid: ${runId}
  modelid: ${modelId}
  timestamp: 20240101
  modelName: my_model
  modelVersion: "3"
`

describe('the built-in template', () => {
  test('has every key that charts read, and no other', () => {
    const file = parse(fileFor()) as { vllm: Record<string, unknown> }
    expect(Object.keys(file)).toEqual(['vllm'])
    expect(Object.keys(file.vllm).sort()).toEqual(
      (
        'affinity autoscaling env fullnameOverride hfToken hpa ingress initContainers monitoring ' +
        'nodeSelector persistence replicaCount resources rollouts serviceAccount tolerations vllm'
      ).split(' '),
    )
    expect(file.vllm).toMatchObject({
      vllm: {
        model:
          '/mlflow/{{ .Values.global.experimentId }}/{{ .Values.global.runid }}/artifacts/model',
        maxModelLen: 4096,
        gpuMemoryUtilization: 0.9,
        trust_remote_code: true,
        served_model_name: 'my_model',
      },
      fullnameOverride: 'vllm-my-model-abc123de',
      serviceAccount: { create: true, annotations: {}, name: 'vllm-my-model-abc123de-sa' },
      replicaCount: 1,
    })
  })

  test('keeps a model whose name is a number a string', () => {
    expect(parse(fileFor({ name: '1e3' }))).toMatchObject({
      vllm: { vllm: { served_model_name: '1e3' }, fullnameOverride: 'vllm-1e3-abc123de' },
    })
  })

  test('is not held by what its comments say of holding', () => {
    expect(isHeldFile(fileFor())).toBe(false)
  })
})

const onlyWithHelm = hasHelm ? describe : describe.skip

onlyWithHelm('in Helm', () => {
  type Manifest = { kind: string; metadata: { name: string; labels?: object }; spec: unknown }

  const manifests = (values: string, ...options: string[]): Manifest[] => {
    const { status, output } = helmTemplate(chart, values, ...options)
    if (status !== 0) throw new Error(output)
    return parseAllDocuments(output).map((document) => document.toJS() as Manifest)
  }

  test('the example chart makes a deployment of the built-in values', () => {
    const made = manifests(owned + fileFor())
    expect(made.map(({ kind }) => kind).sort()).toEqual([
      'Deployment',
      'PersistentVolumeClaim',
      'Service',
      'ServiceAccount',
      'ServiceMonitor',
      'ServiceMonitor',
    ])
    const deployment = made.find(({ kind }) => kind === 'Deployment')
    expect(deployment).toMatchObject({
      metadata: { labels: { 'mlflow-sync/date': '20240101', 'mlflow-sync/run-id': runId } },
      spec: {
        replicas: 1,
        template: {
          spec: {
            containers: [
              {
                args: expect.arrayContaining([
                  `--model=/mlflow/1/${runId}/artifacts/model`,
                  '--served-model-name=my_model',
                  '--max-model-len=4096',
                  '--trust-remote-code',
                ]),
                volumeMounts: [{ name: 'artifacts', mountPath: '/mlflow', readOnly: true }],
              },
            ],
          },
        },
      },
    })
  })

  test("the path of MLflow 3's logged models is resolved too", () => {
    const { output } = helmTemplate(
      chart,
      owned + fileFor({ source: `models:/${modelId}` }, modelId),
    )
    expect(output).toContain(`--model=/mlflow/1/models/${modelId}/artifacts"`)
  })

  test('a large number stays an integer', () => {
    const { output } = helmTemplate(
      chart,
      owned + fileFor(),
      '--set',
      'vllm.vllm.maxModelLen=2000000',
    )
    expect(output).toContain('--max-model-len=2000000')
  })

  test('every name fits in a label, for the longest model name', () => {
    const made = manifests(owned + fileFor({ name: 'Some.Model_'.repeat(23) }))
    expect(made).toHaveLength(6)
    for (const { metadata } of made) {
      expect(metadata.name).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])$/)
    }
    const account = made.find(({ kind }) => kind === 'ServiceAccount')?.metadata.name
    expect(account).toMatch(/^vllm-some-model-.*-[0-9a-f]{8}-abc123de-sa$/)
  })

  test('rollouts, autoscaling, ingress and the token of the hub can be turned on', () => {
    const on = ['rollouts', 'hpa', 'ingress', 'hfToken'].map((key) => `vllm.${key}.enabled=true`)
    const hosts = 'vllm.ingress.hosts[0].host=a.example,vllm.ingress.hosts[0].paths[0].path=/'
    const made = manifests(owned + fileFor(), '--set', [...on, hosts].join(','))
    expect(made.find(({ kind }) => kind === 'Rollout')).toMatchObject({
      spec: { strategy: { canary: { steps: expect.arrayContaining([{ setWeight: 10 }]) } } },
    })
    expect(made.find(({ kind }) => kind === 'HorizontalPodAutoscaler')).toMatchObject({
      spec: { scaleTargetRef: { kind: 'Rollout' }, minReplicas: 1, maxReplicas: 3 },
    })
    expect(made.find(({ kind }) => kind === 'Ingress')).toMatchObject({
      spec: { rules: [{ host: 'a.example' }] },
    })
  })

  test.each([
    ['plain', (p: string) => p],
    ['with text around', (p: string) => `v${p}`],
    ['in single quotes', (p: string) => `'${p}'`],
    ['in double quotes', (p: string) => `"${p}"`],
    ['in a literal block', (p: string) => `|-\n  ${p}\n  end`],
    ['in a folded block', (p: string) => `>\n  ${p} and\n  more`],
    ['in a flow map', (p: string) => `{"${p}": ['${p}']}`],
  ])('nasty values %s are read as by npm yaml', (_style, scalar) => {
    const params = Object.fromEntries(nastyTexts.map((text, index) => [`p${index}`, text]))
    const template = nastyTexts.map(
      (_, index) => `k${index}: ${scalar(`\${run.params.p${index}}`)}\n`,
    )
    const file = rendered(template.join(''), withParams(params))
    const expected = Object.entries(parse(file) as object).filter(([, value]) => value !== null)
    expect(readWithHelm(file)).toMatchObject(Object.fromEntries(expected))
  })
})

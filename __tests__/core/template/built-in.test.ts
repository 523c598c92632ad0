import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse, parseAllDocuments } from 'yaml'
import { artifactsPath } from '../../../src/core/artifacts.ts'
import type { ModelVersion } from '../../../src/core/model.ts'
import { exampleFolder } from '../../../testing/examples.ts'
import { helmTemplate, readWithHelm } from '../../../testing/helm.ts'
import { onlyWhere } from '../../../testing/only-where.ts'
import { nastyTexts } from '../../fixtures/nasty-text.ts'
import { runId } from '../../fixtures/registry.ts'
import {
  loggedModel,
  modelId,
  placeholderValues,
  render,
  run,
  version,
  withParams,
} from '../../fixtures/templates.ts'
import { isHeldFile } from '../../fixtures/values-files.ts'

const root = join(import.meta.dirname, '../../..')
const builtIn = readFileSync(join(root, 'templates/vllm.yaml'), 'utf8')
const chart = exampleFolder('vllm-chart')

function renderBuiltIn(changes: Partial<ModelVersion> = {}, id?: string): string {
  const registered = { ...version, ...changes }
  const { source } = registered
  const artifacts = artifactsPath({ source: { ok: true, source }, loggedModel }, run)
  return render(builtIn, { ...placeholderValues, version: registered, modelId: id, artifacts })
}

/** What the action adds to a new file. */
const owned = `global:
  experimentId: "1"
  runid: ${runId}
  modelid: ${modelId}
  timestamp: 20240101
  modelName: my_model
  modelVersion: "3"
`

describe('the built-in template', () => {
  test('has exactly the keys that charts read', () => {
    const file = parse(renderBuiltIn()) as { vllm: Record<string, unknown> }
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

  test('writes a numeric model name as a string', () => {
    expect(parse(renderBuiltIn({ name: '1e3' }))).toMatchObject({
      vllm: { vllm: { served_model_name: '1e3' }, fullnameOverride: 'vllm-1e3-abc123de' },
    })
  })

  test('is not put on hold by its own comments', () => {
    expect(isHeldFile(renderBuiltIn())).toBe(false)
  })
})

const { describe: describeWithHelm } = onlyWhere('Helm')

describeWithHelm('in Helm', () => {
  type Manifest = { kind: string; metadata: { name: string; labels?: object }; spec: unknown }

  const renderChart = (values: string, ...options: string[]): Manifest[] => {
    const operator = ['--api-versions', 'monitoring.coreos.com/v1']
    const { status, output } = helmTemplate(chart, values, ...operator, ...options)
    if (status !== 0) throw new Error(output)
    return parseAllDocuments(output).map((document) => document.toJS() as Manifest)
  }

  test('the example chart renders a Deployment from the built-in values', () => {
    const resources = renderChart(owned + renderBuiltIn())
    expect(resources.map(({ kind }) => kind).sort()).toEqual([
      'Deployment',
      'Service',
      'ServiceAccount',
      'ServiceMonitor',
      'ServiceMonitor',
    ])
    const deployment = resources.find(({ kind }) => kind === 'Deployment')
    expect(deployment).toMatchObject({
      metadata: { labels: { 'mlflow-sync/date': '20240101', 'mlflow-sync/run-id': runId } },
      spec: {
        replicas: 1,
        template: {
          spec: {
            containers: [
              {
                args: expect.arrayContaining([
                  `/mlflow/1/${runId}/artifacts/model`,
                  '--served-model-name=my_model',
                  '--max-model-len=4096',
                  '--trust-remote-code',
                ]),
                volumeMounts: expect.arrayContaining([
                  { name: 'artifacts', mountPath: '/mlflow', readOnly: true },
                ]),
              },
            ],
          },
        },
      },
    })
  })

  test('resolves the path of a logged model in MLflow 3', () => {
    const { output } = helmTemplate(
      chart,
      owned + renderBuiltIn({ source: `models:/${modelId}` }, modelId),
    )
    expect(output).toContain(`- "/mlflow/1/models/${modelId}/artifacts"`)
  })

  test('renders a large number as an integer', () => {
    const { output } = helmTemplate(
      chart,
      owned + renderBuiltIn(),
      '--set',
      'vllm.vllm.maxModelLen=2000000',
    )
    expect(output).toContain('--max-model-len=2000000')
  })

  test('every name is a valid label, even for the longest model name', () => {
    const resources = renderChart(owned + renderBuiltIn({ name: 'Some.Model_'.repeat(23) }))
    expect(resources).toHaveLength(5)
    for (const { metadata } of resources) {
      expect(metadata.name).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])$/)
    }
    const account = resources.find(({ kind }) => kind === 'ServiceAccount')?.metadata.name
    expect(account).toMatch(/^vllm-some-model-.*-[0-9a-f]{8}-abc123de-sa$/)
  })

  test.each([
    ['plain', (p: string) => p],
    ['with text around them', (p: string) => `v${p}`],
    ['in single quotes', (p: string) => `'${p}'`],
    ['in double quotes', (p: string) => `"${p}"`],
    ['in a literal block', (p: string) => `|-\n  ${p}\n  end`],
    ['in a folded block', (p: string) => `>\n  ${p} and\n  more`],
    ['in a flow map', (p: string) => `{"${p}": ['${p}']}`],
  ])('reads nasty values %s like npm yaml', (_style, scalar) => {
    const params = Object.fromEntries(nastyTexts.map((text, index) => [`p${index}`, text]))
    const template = nastyTexts.map(
      (_, index) => `k${index}: ${scalar(`\${run.params.p${index}}`)}\n`,
    )
    const file = render(template.join(''), withParams(params))
    const expected = Object.entries(parse(file) as object).filter(([, value]) => value !== null)
    expect(readWithHelm(file)).toMatchObject(Object.fromEntries(expected))
  })
})

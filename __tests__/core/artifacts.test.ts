import { describe, expect, test } from '@jest/globals'
import { fc } from '../../testing/fast-check.ts'
import {
  artifactsPath,
  finishedPath,
  isProxied,
  loggedModelId,
  type ArtifactsPath,
} from '../../src/core/artifacts.ts'
import type { LoggedModel, Run } from '../../src/core/model.ts'
import { prose } from '../../src/core/text/prose.ts'
import { runId } from '../fixtures/registry.ts'
import { loggedModel, modelId, run } from '../fixtures/templates.ts'
import { plainTexts } from '../fixtures/plain-texts.ts'

const experiment = '{{ .Values.global.experimentId }}'
const runPath = `/mlflow/${experiment}/{{ .Values.global.runid }}/artifacts`
const modelPath = `/mlflow/${experiment}/models/{{ .Values.global.modelid }}/artifacts`
const otherRunId = 'f'.repeat(32)
const proxy = 'https://mlflow.test/prefix/api/2.0/mlflow-artifacts/artifacts'

function locate(
  source: string,
  runFields: Partial<Run> = {},
  loggedModelOfSource?: LoggedModel,
): ArtifactsPath {
  const artifacts = { source: { ok: true, source }, loggedModel: loggedModelOfSource } as const
  return artifactsPath(artifacts, { ...run, ...runFields })
}

describe('the path to the artifacts', () => {
  test.each([
    [`mlflow-artifacts:/1/${runId}/artifacts/model`, `${runPath}/model`],
    [`mlflow-artifacts://mlflow.example:5000/1/${runId}/artifacts/a/b`, `${runPath}/a/b`],
    [`mlflow-artifacts:/1/${runId}/artifacts`, runPath],
    [`mlflow-artifacts:/1/models/${modelId}/artifacts`, modelPath],
    [
      `mlflow-artifacts:/workspaces/team-a/1/models/${modelId}/artifacts`,
      `/mlflow/workspaces/team-a/${experiment}/models/{{ .Values.global.modelid }}/artifacts`,
    ],
    [
      `mlflow-artifacts:/workspaces/1/1/${runId}/artifacts/1`,
      `/mlflow/workspaces/1/${experiment}/{{ .Values.global.runid }}/artifacts/1`,
    ],
    [
      `mlflow-artifacts:/team-x/${runId}/artifacts/model`,
      '/mlflow/team-x/{{ .Values.global.runid }}/artifacts/model',
    ],
    [
      `mlflow-artifacts:/1/${otherRunId}/artifacts/model`,
      `/mlflow/1/${otherRunId}/artifacts/model`,
    ],
    [`mlflow-artifacts:/elsewhere/${runId}`, `/mlflow/elsewhere/${runId}`],
    [`${proxy}/1/${runId}/artifacts/model`, `${runPath}/model`],
    [
      `${proxy}/team/1/${runId}/artifacts/model`,
      `/mlflow/team/${experiment}/{{ .Values.global.runid }}/artifacts/model`,
    ],
    [`s3://bucket/prefix/1/${runId}/artifacts/model`, `${runPath}/model`],
    [`s3://bucket/custom/${runId}/artifacts/model`, `${runPath}/model`],
    [`s3://bucket/artifacts/1/models/${modelId}/artifacts`, modelPath],
    [`gs://bucket/9/${otherRunId}/artifacts/m`, `/mlflow/9/${otherRunId}/artifacts/m`],
    [`dbfs:/databricks/mlflow-tracking/1/${runId}/artifacts/model`, `${runPath}/model`],
    [`/srv/mlruns/1/${runId}/artifacts/my model`, `${runPath}/my model`],
    [`C:\\mlruns\\1\\${runId}\\artifacts\\model`, `${runPath}/model`],
    [`\\\\server\\mlruns\\1\\${runId}\\artifacts\\model`, `${runPath}/model`],
    [`file:///C:/mlruns/1/${runId}/artifacts/model`, `${runPath}/model`],
    [`runs:/${runId}/weights/best`, `${runPath}/weights/best`],
    [`runs:/${runId}`, runPath],
    [`runs://${runId}/model`, `${runPath}/model`],
    [`mlflow-artifacts:/1/${runId}/artifacts/./a//{/{`, `${runPath}/a/{/{`],
    ['mlflow-artifacts:////elsewhere/x', '/mlflow/elsewhere/x'],
    ['https://mlflow.test/api/2.0/mlflow-artifacts/artifacts/elsewhere', '/mlflow/elsewhere'],
    [`${proxy.replace('https', 'http')}//elsewhere`, '/mlflow/elsewhere'],
    [`/srv/C:\\x/1/${runId}/artifacts/a\\b`, `${runPath}/a\\b`],
    [`s3://b/azureml:/1/${runId}/artifacts/model`, `${runPath}/model`],
    [`gs://bucket/12/${otherRunId}/artifacts/m`, `/mlflow/12/${otherRunId}/artifacts/m`],
  ])('follows the source %j', (source, path) => {
    expect(locate(source)).toEqual({ ok: true, path })
  })

  test.each([
    'hf:/meta-llama/Llama-3-8B',
    's3://weights/llama',
    's3://bucket/anything/model',
    `s3://weights/${otherRunId}/artifacts/llama`,
    'dbfs:/Volumes/main/models/llama',
    'C:\\models\\llama',
    'https://weights.test/llama',
    'azureml://eastus.api.azureml.ms/mlflow/v2.0/experiments/e/runs/r/artifacts/model',
    `azureml://eastus.api.azureml.ms/mlflow/v2.0/experiments/e/runs/${runId}/artifacts/model`,
    '/mnt/models/llama',
    'llama',
    'mlflow-artifacts:/',
    'xmlflow-artifacts:/elsewhere',
    `xruns:/${runId}/model`,
    `x${proxy}/elsewhere`,
    `${proxy}/elsewhere?x=1`,
    `s3://b/9/${otherRunId}f/artifacts/m`,
    `s3://b/x9/${otherRunId}/artifacts/m`,
    `s3://b/9x/${otherRunId}/artifacts/m`,
    `s3://b/1/${runId}/other/model`,
    's3://b/9/models/llama/artifacts/m',
    `s3://b/9/${modelId}/artifacts/m`,
    `s3://b/9/x/${modelId}/artifacts/m`,
    `s3://b/9/models/${modelId}0/artifacts`,
    `s3://b/9/models/x${modelId}/artifacts`,
  ])('is not guessed for the source %j, which is outside any run', (source) => {
    expect(plainTexts(locate(source))).toEqual({
      ok: false,
      problem: expect.stringContaining(`its artifacts are at \`${source}\`, which is not in`),
    })
  })

  test('belongs to the run, whatever the ids of the run and of its experiment look like', () => {
    expect(locate('s3://b/9/run-1/artifacts/m', { id: 'run-1', experimentId: 'team' })).toEqual({
      ok: true,
      path: `${runPath}/m`,
    })
  })

  test("is not guessed for runs:/ if the run's own artifacts are elsewhere", () => {
    const artifactUri = `azureml://eastus.api.azureml.ms/runs/${runId}/artifacts`
    expect(locate(`runs:/${runId}/model`, { artifactUri })).toMatchObject({ ok: false })
    expect(locate(`runs:/${runId}/model`, { artifactUri: '' })).toMatchObject({ ok: false })
  })

  test.each([
    [`mlflow-artifacts:/1/models/${modelId}/artifacts`, '1', modelPath],
    [
      `mlflow-artifacts:/7/models/${modelId}/artifacts`,
      '7',
      '/mlflow/7/models/{{ .Values.global.modelid }}/artifacts',
    ],
    [
      `s3://b/custom/models/${modelId}/artifacts`,
      '7',
      '/mlflow/7/models/{{ .Values.global.modelid }}/artifacts',
    ],
    [`s3://b/1/models/${modelId}/artifacts`, '1', modelPath],
    [
      `mlflow-artifacts:/1/models/m-${otherRunId}/artifacts`,
      '1',
      `/mlflow/${experiment}/models/m-${otherRunId}/artifacts`,
    ],
  ])('of a logged model is where the model itself is: %j', (artifactUri, experimentId, path) => {
    const model = { ...loggedModel, experimentId, artifactUri }
    expect(locate(`models:/${modelId}`, {}, model)).toEqual({ ok: true, path })
  })

  test('of a logged model is not guessed if MLflow does not have the model', () => {
    expect(plainTexts(locate(`models:/${modelId}`))).toEqual({
      ok: false,
      problem: expect.stringContaining(`does not have its logged model \`${modelId}\``),
    })
  })

  test('is unknown if the source is', () => {
    const unknown = { ok: false, problem: prose`no response` } as const
    expect(artifactsPath({ source: unknown, loggedModel: undefined }, run)).toEqual(unknown)
  })

  test.each([
    ['mlflow-artifacts:/1/../../etc', /\.\./],
    ['mlflow-artifacts:/1/..', /\.\./],
    ['mlflow-artifacts:/1\\..\\x', /\.\./],
    [`runs:/${runId}/../../secret`, /\.\./],
    [`mlflow-artifacts:/1/${runId}/artifacts/{{ lookup "v1" "Secret" "" "" }}`, /\{\{/],
    [`mlflow-artifacts:/1/${runId}/artifacts/a}}`, /\}\}/],
    [`mlflow-artifacts:/1/${runId}/artifacts/a\nb`, /control/],
    [`s3://b/1/${runId}/artifacts/a\u0085b`, /control/],
    [`runs:/${otherRunId}/model`, /another run/],
    ['models:/origin/1', /copy whose origin is not known/],
    ['', /`source` is empty/],
  ])('is rejected for the source %j', (source, problem) => {
    expect(plainTexts(locate(source))).toEqual({
      ok: false,
      problem: expect.stringMatching(problem),
    })
  })

  test('is rejected if the experiment id contains ".."', () => {
    const source = `s3://b/x/${runId}/artifacts`
    expect(locate(source, { experimentId: '../..' })).toMatchObject({ ok: false })
  })

  test('stays below the mount and contains only our own Helm placeholders for any source', () => {
    const fragment = fc.constantFrom(
      '/',
      '..',
      '.',
      '{',
      '}',
      '{{',
      '1',
      runId,
      'artifacts',
      ':',
      'é',
    )
    const scheme = fc.constantFrom(
      'mlflow-artifacts:/',
      `runs:/${runId}/`,
      's3://b/',
      '',
      'models:/',
    )
    fc.assert(
      fc.property(scheme, fc.array(fragment), (prefix, fragments) => {
        const located = locate(prefix + fragments.join(''))
        if (!located.ok) return
        expect(located.path).toMatch(/^\/mlflow(\/|$)/)
        expect(located.path.split('/')).not.toContain('..')
        const rest = located.path.replaceAll(/\{\{ \.Values\.global\.\w+ \}\}/g, '')
        expect(rest).not.toMatch(/\{\{|\}\}/)
      }),
    )
  })
})

describe('the id of the logged model', () => {
  test.each([
    [`models:/${modelId}`, modelId],
    [`mlflow-artifacts:/1/models/${modelId}/artifacts`, modelId],
    [`s3://b/1/models/${modelId}`, modelId],
    ['models:/name/1', undefined],
    [`models:/${modelId}/1`, undefined],
    [`models:/${modelId}0`, undefined],
    [`s3://b/models:/${modelId}`, undefined],
    [`mlflow-artifacts:/1/${modelId}/artifacts`, undefined],
  ])('in the source %s is %s', (source, id) => {
    expect(loggedModelId(source)).toBe(id)
  })
})

test.each([
  ['mlflow-artifacts:/elsewhere', true],
  [`${proxy}/elsewhere`, true],
  ['s3://b/elsewhere', false],
])('%s says itself where it is below the mount: %s', (uri, proxied) => {
  expect(isProxied(uri)).toBe(proxied)
})

describe('the finished path', () => {
  test('is what Helm makes of the path with placeholders', () => {
    const sources = [
      `mlflow-artifacts:/1/${runId}/artifacts/model`,
      `mlflow-artifacts:/workspaces/team-a/1/models/${modelId}/artifacts`,
      `s3://bucket/1/${otherRunId}/artifacts/model`,
      `runs:/${runId}/model`,
    ]
    for (const source of sources) {
      const artifacts = { source: { ok: true, source }, loggedModel: undefined } as const
      const path = artifactsPath(artifacts, run)
      const resolved = path.ok
        ? path.path
            .replace('{{ .Values.global.experimentId }}', run.experimentId)
            .replace('{{ .Values.global.runid }}', runId)
            .replace('{{ .Values.global.modelid }}', modelId)
        : ''
      expect(finishedPath(artifacts, run)).toEqual({ ok: true, path: resolved })
    }
  })

  test('is unknown, or rejected, for the same reasons', () => {
    for (const source of ['hf:/org/model', `mlflow-artifacts:/1/${runId}/artifacts/{{ x }}`]) {
      const artifacts = { source: { ok: true, source }, loggedModel: undefined } as const
      expect(finishedPath(artifacts, run)).toEqual(artifactsPath(artifacts, run))
      expect(finishedPath(artifacts, run).ok).toBe(false)
    }
  })
})

import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  artifactsPath,
  loggedModelId,
  type ArtifactsInput,
  type ArtifactsPath,
} from '../../src/core/artifacts.ts'
import { runId } from '../fixtures/registry.ts'
import { loggedModel, modelId, run, version } from '../fixtures/templates.ts'

type GivenInput = Pick<ArtifactsInput, 'version' | 'run'> & Partial<ArtifactsInput>

function artifactsOf(input: GivenInput): ArtifactsPath {
  return artifactsPath({
    loggedModel: undefined,
    modelId: undefined,
    resolvedSource: input.version.source,
    ...input,
  })
}

const experiment = '{{ .Values.global.experimentId }}'
const runPath = `/mlflow/${experiment}/{{ .Values.global.runid }}/artifacts`
const modelPath = `/mlflow/${experiment}/models/{{ .Values.global.modelid }}/artifacts`
const otherRunId = 'f'.repeat(32)

function locate(source: string, input: { artifactUri?: string; experimentId?: string } = {}) {
  return artifactsOf({
    version: { ...version, source },
    run: { ...run, ...input },
    modelId: loggedModelId(source),
  })
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
    [`s3://bucket/prefix/1/${runId}/artifacts/model`, `${runPath}/model`],
    [`s3://bucket/custom/${runId}/artifacts/model`, `${runPath}/model`],
    [`s3://bucket/artifacts/1/models/${modelId}/artifacts`, modelPath],
    [`gs://bucket/9/${otherRunId}/artifacts/m`, `/mlflow/9/${otherRunId}/artifacts/m`],
    [`/srv/mlruns/1/${runId}/artifacts/my model`, `${runPath}/my model`],
    ['s3://bucket/anything', `${runPath}/model`],
    ['', `${runPath}/model`],
    [`runs:/${runId}/weights/best`, `${runPath}/weights/best`],
    [`runs:/${runId}`, runPath],
    [`models:/${modelId}`, modelPath],
  ])('follows the source %j', (source, path) => {
    expect(locate(source)).toEqual({ ok: true, path })
  })

  test.each([
    [`s3://bucket/1/${runId}/artifacts`, modelPath],
    ['', modelPath],
    [
      `mlflow-artifacts:/workspaces/w/1/${runId}/artifacts`,
      `/mlflow/workspaces/w/${experiment}/models/{{ .Values.global.modelid }}/artifacts`,
    ],
  ])(
    "of a logged model is below the experiment of the run's artifact root %j",
    (artifactUri, path) => {
      expect(locate(`models:/${modelId}`, { artifactUri })).toEqual({ ok: true, path })
    },
  )

  test('of a logged model is derived from its own artifact URI and experiment', () => {
    const source = `models:/${modelId}`
    const model = { ...loggedModel, experimentId: '7', artifactUri: '' }
    const pathFor = (artifactUri: string) =>
      artifactsOf({
        version: { ...version, source },
        run,
        modelId,
        loggedModel: { ...model, artifactUri },
      })
    const path = '/mlflow/7/models/{{ .Values.global.modelid }}/artifacts'
    expect(pathFor(`mlflow-artifacts:/7/models/${modelId}/artifacts`)).toEqual({ ok: true, path })
    expect(pathFor(`s3://b/custom/models/${modelId}/artifacts`)).toEqual({ ok: true, path })
  })

  test('contains the literal id of a logged model if the file has no modelid', () => {
    const source = `models:/${modelId}`
    expect(artifactsOf({ version: { ...version, source }, run })).toEqual({
      ok: true,
      path: `/mlflow/${experiment}/models/${modelId}/artifacts`,
    })
  })

  test('of a copy is that of its origin', () => {
    const copy = { ...version, source: 'models:/origin/1' }
    const resolvedSource = `mlflow-artifacts:/1/${runId}/artifacts/model`
    expect(artifactsOf({ version: copy, run, resolvedSource })).toEqual({
      ok: true,
      path: `${runPath}/model`,
    })
    expect(artifactsOf({ version: copy, run })).toMatchObject({ ok: false })
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
  ])('is rejected for the source %j', (source, problem) => {
    expect(locate(source)).toEqual({ ok: false, problem: expect.stringMatching(problem) })
  })

  test('is rejected if the experiment id contains ".."', () => {
    expect(locate('', { experimentId: '../..' })).toMatchObject({ ok: false })
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
    [`mlflow-artifacts:/1/${modelId}/artifacts`, undefined],
  ])('in the source %s is %s', (source, id) => {
    expect(loggedModelId(source)).toBe(id)
  })
})

import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { artifactsPath, loggedModelId } from '../../src/core/artifacts.ts'
import { loggedModel, modelId, run, runId, version } from '../fixtures/templates.ts'

const exp = '{{ .Values.global.experimentId }}'
const runPath = `/mlflow/${exp}/{{ .Values.global.runid }}/artifacts`
const modelPath = `/mlflow/${exp}/models/{{ .Values.global.modelid }}/artifacts`
const other = 'f'.repeat(32)

const locate = (source: string, input: { artifactUri?: string; experimentId?: string } = {}) =>
  artifactsPath({
    version: { ...version, source },
    run: { ...run, ...input },
    modelId: loggedModelId(source),
  })

describe('path of the artifacts', () => {
  test.each([
    [`mlflow-artifacts:/1/${runId}/artifacts/model`, `${runPath}/model`],
    [`mlflow-artifacts://mlflow.example:5000/1/${runId}/artifacts/a/b`, `${runPath}/a/b`],
    [`mlflow-artifacts:/1/${runId}/artifacts`, runPath],
    [`mlflow-artifacts:/1/models/${modelId}/artifacts`, modelPath],
    [
      `mlflow-artifacts:/workspaces/team-a/1/models/${modelId}/artifacts`,
      `/mlflow/workspaces/team-a/${exp}/models/{{ .Values.global.modelid }}/artifacts`,
    ],
    [
      `mlflow-artifacts:/workspaces/1/1/${runId}/artifacts/1`,
      `/mlflow/workspaces/1/${exp}/{{ .Values.global.runid }}/artifacts/1`,
    ],
    [
      `mlflow-artifacts:/team-x/${runId}/artifacts/model`,
      '/mlflow/team-x/{{ .Values.global.runid }}/artifacts/model',
    ],
    [`mlflow-artifacts:/1/${other}/artifacts/model`, `/mlflow/1/${other}/artifacts/model`],
    [`mlflow-artifacts:/elsewhere/${runId}`, `/mlflow/elsewhere/${runId}`],
    [`s3://bucket/prefix/1/${runId}/artifacts/model`, `${runPath}/model`],
    [`s3://bucket/custom/${runId}/artifacts/model`, `${runPath}/model`],
    [`s3://bucket/artifacts/1/models/${modelId}/artifacts`, modelPath],
    [`gs://bucket/9/${other}/artifacts/m`, `/mlflow/9/${other}/artifacts/m`],
    [`/srv/mlruns/1/${runId}/artifacts/my model`, `${runPath}/my model`],
    ['s3://bucket/anything', `${runPath}/model`],
    ['', `${runPath}/model`],
    [`runs:/${runId}/weights/best`, `${runPath}/weights/best`],
    [`runs:/${runId}`, runPath],
    [`models:/${modelId}`, modelPath],
  ])('for %s', (source, path) => {
    expect(locate(source)).toEqual({ ok: true, path })
  })

  test.each([
    [`s3://bucket/1/${runId}/artifacts`, modelPath],
    ['', modelPath],
    [
      `mlflow-artifacts:/workspaces/w/1/${runId}/artifacts`,
      `/mlflow/workspaces/w/${exp}/models/{{ .Values.global.modelid }}/artifacts`,
    ],
  ])("of a logged model follows the run's artifact root %j", (artifactUri, path) => {
    expect(locate(`models:/${modelId}`, { artifactUri })).toEqual({ ok: true, path })
  })

  test("of a logged model is where MLflow says, in that model's own experiment", () => {
    const source = `models:/${modelId}`
    const own = { ...loggedModel, experimentId: '7', artifactUri: '' }
    const at = (artifactUri: string) =>
      artifactsPath({
        version: { ...version, source },
        run,
        modelId,
        loggedModel: { ...own, artifactUri },
      })
    const path = '/mlflow/7/models/{{ .Values.global.modelid }}/artifacts'
    expect(at(`mlflow-artifacts:/7/models/${modelId}/artifacts`)).toEqual({ ok: true, path })
    expect(at(`s3://b/custom/models/${modelId}/artifacts`)).toEqual({ ok: true, path })
  })

  test('writes the id of a logged model out when the file has no such key', () => {
    const source = `models:/${modelId}`
    expect(artifactsPath({ version: { ...version, source }, run })).toEqual({
      ok: true,
      path: `/mlflow/${exp}/models/${modelId}/artifacts`,
    })
  })

  test('follows the origin of a copy', () => {
    const copy = { ...version, source: 'models:/origin/1' }
    const resolvedSource = `mlflow-artifacts:/1/${runId}/artifacts/model`
    expect(artifactsPath({ version: copy, run, resolvedSource })).toEqual({
      ok: true,
      path: `${runPath}/model`,
    })
    expect(artifactsPath({ version: copy, run })).toMatchObject({ ok: false })
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
    [`runs:/${other}/model`, /another run/],
  ])('refuses %j', (source, problem) => {
    expect(locate(source)).toEqual({ ok: false, problem: expect.stringMatching(problem) })
  })

  test("refuses an experiment's id that leads out of the mount", () => {
    expect(locate('', { experimentId: '../..' })).toMatchObject({ ok: false })
  })

  test('stays under the mount and holds no Helm but our own, whatever MLflow says', () => {
    const piece = fc.constantFrom('/', '..', '.', '{', '}', '{{', '1', runId, 'artifacts', ':', 'é')
    const scheme = fc.constantFrom(
      'mlflow-artifacts:/',
      `runs:/${runId}/`,
      's3://b/',
      '',
      'models:/',
    )
    fc.assert(
      fc.property(scheme, fc.array(piece), (start, pieces) => {
        const located = locate(start + pieces.join(''))
        if (!located.ok) return
        expect(located.path).toMatch(/^\/mlflow(\/|$)/)
        expect(located.path.split('/')).not.toContain('..')
        const foreign = located.path.replaceAll(/\{\{ \.Values\.global\.\w+ \}\}/g, '')
        expect(foreign).not.toMatch(/\{\{|\}\}/)
      }),
    )
  })
})

describe('id of the logged model', () => {
  test.each([
    [`models:/${modelId}`, modelId],
    [`mlflow-artifacts:/1/models/${modelId}/artifacts`, modelId],
    [`s3://b/1/models/${modelId}`, modelId],
    ['models:/name/1', undefined],
    [`models:/${modelId}/1`, undefined],
    [`models:/${modelId}0`, undefined],
    [`mlflow-artifacts:/1/${modelId}/artifacts`, undefined],
  ])('in %s is %s', (source, id) => {
    expect(loggedModelId(source)).toBe(id)
  })
})

import type { LoggedModel, ModelVersion, Run } from '../../../src/core/registry.ts'
import { parseTemplate, type Template } from '../../../src/core/template/parse.ts'
import { renderTemplate, type PlaceholderValues } from '../../../src/core/template/render.ts'

export const runId = 'abc123def456abc123def456abc12345'
export const modelId = 'm-0123456789abcdef0123456789abcdef'

export const run: Run = {
  id: runId,
  name: 'brave-fox-7',
  experimentId: '1',
  lifecycle: 'active',
  artifactUri: `mlflow-artifacts:/1/${runId}/artifacts`,
  params: {},
  metrics: {},
  tags: {},
}

export const version: ModelVersion = {
  name: 'my_model',
  version: '3',
  creationTime: 1_704_067_200_000,
  status: 'READY',
  runId,
  source: `mlflow-artifacts:/1/${runId}/artifacts/model`,
  description: '',
  tags: {},
  aliases: [],
}

export const loggedModel: LoggedModel = {
  id: modelId,
  name: 'model',
  experimentId: '1',
  sourceRunId: runId,
  artifactUri: `mlflow-artifacts:/1/models/${modelId}/artifacts`,
}

export const placeholderValues: PlaceholderValues = {
  run,
  version,
  experimentName: 'llm-tuning',
  modelId,
  artifacts: {
    ok: true,
    path: '/mlflow/{{ .Values.global.experimentId }}/{{ .Values.global.runid }}/artifacts/model',
  },
}

/** A template that has to be right. */
export const templateOf = (text: string): Template => {
  const parsed = parseTemplate(text)
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  return parsed.template
}

/** A text rendered with values that have to be enough. */
export const rendered = (text: string, values = placeholderValues): string => {
  const answer = renderTemplate(templateOf(text), values)
  if (!answer.ok) throw new Error(answer.problem)
  return answer.text
}

/** The sample values with these parameters of the run. */
export const withParams = (params: Record<string, string>): PlaceholderValues => ({
  ...placeholderValues,
  run: { ...run, params },
})

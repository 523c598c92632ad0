import type { ModelVersion, Run } from '../../src/core/registry.ts'

export const runId = 'abc123def456abc123def456abc12345'

/** A model version with everything that a test does not care about filled in. */
export const modelVersion = (fields: Partial<ModelVersion> = {}): ModelVersion => ({
  name: 'model',
  version: '1',
  creationTime: 1000,
  status: 'READY',
  runId,
  source: `mlflow-artifacts:/1/${runId}/artifacts/model`,
  description: '',
  tags: {},
  aliases: [],
  ...fields,
})

/** A run with everything that a test does not care about filled in. */
export const run = (fields: Partial<Run> = {}): Run => ({
  id: runId,
  name: 'tall-owl-1',
  experimentId: '1',
  lifecycle: 'active',
  artifactUri: `mlflow-artifacts:/1/${runId}/artifacts`,
  params: {},
  metrics: {},
  tags: {},
  ...fields,
})

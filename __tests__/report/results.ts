import { changesOf, type Entry, type RunRecord } from '../../src/core/result.ts'
import type { JobResult } from '../../src/report/result.ts'
import { change, runId } from '../core/message/changes.ts'

/** A record that changes no file. */
export const record = (
  outcome: 'failed' | 'held' | 'skipped' | 'unchanged',
  fields: Partial<RunRecord> = {},
): Entry => ({
  ...change('updated'),
  edit: undefined,
  reason: outcome === 'unchanged' ? null : 'because of this',
  ...fields,
  outcome,
})

/** A result with everything that a test does not care about filled in; the operation follows from the entries. */
export const result = (fields: Partial<JobResult> = {}): JobResult => ({
  operation: changesOf(fields.entries ?? []).length > 0 ? 'committed' : 'none',
  mode: 'sync',
  repository: 'acme/models',
  branch: 'main',
  path: 'models',
  serverUrl: 'https://github.test',
  trackingUri: 'https://mlflow.test',
  uiUrl: 'https://mlflow.test',
  entries: [],
  warnings: [],
  commit:
    changesOf(fields.entries ?? []).length > 0
      ? { sha: '1234567890abcdef', url: 'https://github.test/acme/models/commit/1234567890abcdef' }
      : undefined,
  pullRequest: undefined,
  connections: undefined,
  error: undefined,
  requests: { mlflow: 2, github: 3 },
  phases: [{ name: 'plan', milliseconds: 12 }],
  startedAt: new Date('2026-01-02T03:04:05.678Z'),
  finishedAt: new Date('2026-01-02T03:04:06.000Z'),
  ...fields,
})

/** One record of each outcome, in no good order. */
export const oneOfEach: readonly Entry[] = [
  record('unchanged', { runId: runId(7) }),
  record('skipped', { runId: runId(6) }),
  record('held', { runId: runId(5) }),
  record('failed', { runId: runId(4) }),
  change('deleted', { runId: runId(3) }),
  change('updated', { runId: runId(2) }),
  change('created', { runId: runId(1) }),
]

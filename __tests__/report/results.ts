import type { RunRecord } from '../../src/core/outcome.ts'
import type { SyncResult } from '../../src/report/result.ts'
import { change, runId } from '../core/message/changes.ts'

/** A record that changes no file. */
export const record = (
  outcome: 'failed' | 'held' | 'skipped' | 'unchanged',
  fields: Partial<RunRecord> = {},
): RunRecord => ({
  ...change('updated').record,
  reason: outcome === 'unchanged' ? null : 'because of this',
  ...fields,
  outcome,
})

/** A result with everything that a test does not care about filled in; records come of the changes. */
export const result = (fields: Partial<SyncResult> = {}): SyncResult => ({
  operation: (fields.changes ?? []).length > 0 ? 'committed' : 'none',
  mode: 'sync',
  repository: 'acme/models',
  branch: 'main',
  path: 'models',
  serverUrl: 'https://github.test',
  trackingUri: 'https://mlflow.test',
  uiUrl: 'https://mlflow.test',
  records: (fields.changes ?? []).map((item) => item.record),
  changes: [],
  warnings: [],
  commit:
    (fields.changes ?? []).length > 0
      ? { sha: '1234567890abcdef', url: 'https://github.test/acme/models/commit/1234567890abcdef' }
      : undefined,
  requests: { mlflow: 2, github: 3 },
  phases: [{ name: 'plan', milliseconds: 12 }],
  startedAt: new Date('2026-01-02T03:04:05.678Z'),
  finishedAt: new Date('2026-01-02T03:04:06.000Z'),
  ...fields,
})

/** One record of each outcome, in no good order. */
export const oneOfEach: readonly RunRecord[] = [
  record('unchanged', { runId: runId(7) }),
  record('skipped', { runId: runId(6) }),
  record('held', { runId: runId(5) }),
  record('failed', { runId: runId(4) }),
  change('deleted', { runId: runId(3) }).record,
  change('updated', { runId: runId(2) }).record,
  change('created', { runId: runId(1) }).record,
]

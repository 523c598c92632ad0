import type { FileChange, RunRecord } from '../core/outcome.ts'

/**
 * Adds a later round of the same job: every change once, a run's newest state otherwise. A file
 * that was created and then updated is a created one, with its newest version.
 */
export function mergeRecords(
  earlier: readonly RunRecord[],
  later: readonly RunRecord[],
): RunRecord[] {
  const merged = new Map(earlier.map((record) => [keyOf(record), record]))
  for (const record of later) {
    const before = merged.get(keyOf(record))
    const next = before === undefined ? record : mergeRecord(before, record)
    if (next === undefined) merged.delete(keyOf(record))
    else merged.set(keyOf(record), next)
  }
  return [...merged.values()]
}

function keyOf({ runId, path, modelName, modelVersion }: RunRecord): string {
  return path ?? JSON.stringify([runId, modelName, modelVersion])
}

function isChange({ outcome }: RunRecord): boolean {
  return outcome === 'created' || outcome === 'updated' || outcome === 'deleted'
}

function mergeRecord(before: RunRecord, after: RunRecord): RunRecord | undefined {
  if (!isChange(before)) return after
  if (after.outcome === 'unchanged') return before
  if (!isChange(after)) return after.outcome === 'failed' ? after : before
  if (before.outcome === 'created' && after.outcome === 'deleted') return undefined
  const outcome =
    before.outcome === 'created'
      ? 'created'
      : before.outcome === 'deleted'
        ? 'updated'
        : after.outcome
  return { ...after, outcome, previousVersion: before.previousVersion }
}

/** The texts go with the records: from the oldest to the newest. */
export function mergeChanges(
  earlier: readonly FileChange[],
  later: readonly FileChange[],
): FileChange[] {
  const merged = new Map(earlier.map((change) => [change.record.path, change]))
  for (const change of later) {
    const before = merged.get(change.record.path)?.before
    merged.set(change.record.path, before === undefined ? change : { ...change, before })
  }
  return [...merged.values()]
}

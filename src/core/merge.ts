import type { Changes } from './changes.ts'
import { isChange, type ChangedEntry, type Entry, type FileEdit } from './entry.ts'
import type { SyncResult } from './result.ts'
import { distinctProse, plain, prose } from './text/prose.ts'

/**
 * Merges two rounds of one job. The later round decides whether the job fails, so an error of the
 * earlier one becomes a warning.
 */
export function mergeResults(earlier: SyncResult, later: SyncResult): SyncResult {
  const wasSolved =
    earlier.error !== undefined &&
    plain(earlier.error.message) !== plain(later.error?.message ?? [])
  // Changes that only waited in a pull request, or whose pull request was closed, were not made.
  const isUndone = earlier.operation === 'none' || later.operation === 'pull-request-closed'
  const written = isUndone ? withoutChanges(earlier) : earlier
  const earlierError = wasSolved ? [prose`An earlier round failed: ${earlier.error.message}`] : []
  return {
    operation: later.operation === 'none' ? earlier.operation : later.operation,
    repository: later.branch === undefined ? earlier.repository : later.repository,
    branch: later.branch ?? earlier.branch,
    entries: mergeEntries(written.entries, later.entries),
    extraFiles: mergeEdits(written.extraFiles, later.extraFiles),
    failedTargets: later.failedTargets,
    targets: mergeTargets(earlier.targets, later.targets),
    selectedRuns: later.selectedRuns ?? earlier.selectedRuns,
    warnings: distinctProse([...earlier.warnings, ...earlierError, ...later.warnings]),
    commit: later.commit ?? earlier.commit,
    commitCount: earlier.commitCount + later.commitCount,
    isProposal: earlier.isProposal || later.isProposal,
    pullRequest: later.pullRequest ?? earlier.pullRequest,
    comparisons: new Map([...earlier.comparisons, ...later.comparisons]),
    connections: later.connections ?? earlier.connections,
    error: later.error,
  }
}

/** A target that the configuration no longer has may have changed in an earlier round. */
function mergeTargets(
  earlier: SyncResult['targets'],
  later: SyncResult['targets'],
): SyncResult['targets'] {
  const names = new Set(later.map(({ name }) => name))
  return [...later, ...earlier.filter(({ name }) => !names.has(name))]
}

function withoutChanges({ entries }: Changes): Changes {
  return { entries: entries.filter((entry) => !isChange(entry)), extraFiles: [] }
}

/**
 * Merges the entries of two rounds into one per run, with its changes combined, or with its latest
 * outcome if nothing changed. A file that was created and then updated counts as created, with its
 * latest version.
 */
export function mergeEntries(earlier: readonly Entry[], later: readonly Entry[]): Entry[] {
  const merged = new Map(earlier.map((entry) => [keyOf(entry), entry]))
  for (const entry of later) {
    const before = merged.get(keyOf(entry))
    const next = before === undefined ? entry : mergeEntry(before, entry)
    if (next === undefined) merged.delete(keyOf(entry))
    else merged.set(keyOf(entry), next)
  }
  return [...merged.values()]
}

function keyOf({ runId, path, modelName, modelVersion, target }: Entry): string {
  return path ?? JSON.stringify([runId, modelName, modelVersion, target])
}

function mergeEntry(before: Entry, after: Entry): Entry | undefined {
  if (!isChange(before)) return after
  if (!isChange(after)) return after.outcome === 'failed' ? after : before
  if (before.outcome === 'created' && after.outcome === 'deleted') return undefined
  return {
    ...after,
    outcome: mergedOutcome(before, after),
    previousVersion: before.previousVersion,
    previous: before.previous,
    edit: mergeEdit(before.edit, after.edit),
  }
}

function mergedOutcome(before: ChangedEntry, after: ChangedEntry): Entry['outcome'] {
  if (before.outcome === 'created') return 'created'
  return before.outcome === 'deleted' ? 'updated' : after.outcome
}

function mergeEdits(earlier: readonly FileEdit[], later: readonly FileEdit[]): FileEdit[] {
  const merged = new Map(earlier.map((edit) => [edit.path, edit]))
  for (const edit of later) merged.set(edit.path, mergeEdit(merged.get(edit.path), edit))
  return [...merged.values()].filter(({ before, after }) => before !== after)
}

function mergeEdit(earlier: FileEdit | undefined, later: FileEdit): FileEdit {
  return earlier === undefined ? later : { ...later, before: earlier.before }
}

import type { NameMatcher } from '../glob.ts'
import type { ModelVersion, RunFacts, RunLookup } from '../model.ts'
import { entryWithoutEdit, type ChangedEntry, type Entry, type Problem } from '../result.ts'
import type { ExcludedVersion, SelectedRun } from '../select.ts'
import { plural } from '../text/format.ts'
import { ownershipOf, runIdFromFileName, type RunFile } from '../values-file/file.ts'

export type PruneInput = {
  readonly runs: readonly SelectedRun[]
  /** Every version that MLflow listed, selected or not. */
  readonly listed: readonly ModelVersion[]
  readonly facts: ReadonlyMap<string, RunFacts>
  /** By run id: the files of the selected runs and of runs that are no longer selected. */
  readonly files: ReadonlyMap<string, RunFile>
  /** The target's models. */
  readonly models: NameMatcher
  readonly maxDeletions: number
}

/** The deletions that prune proposes; MLflow has not confirmed them yet. */
export type PrunePlan = {
  /** Files that are kept although their run is no longer selected. */
  readonly kept: readonly Entry[]
  readonly deletions: readonly ChangedEntry[]
  readonly warning: string | undefined
  readonly error: Problem | undefined
}

/** Run ids of the files whose runs may no longer be selected. */
export function orphanRunIds(
  fileNames: Iterable<string>,
  runs: readonly SelectedRun[],
  excluded: readonly ExcludedVersion[],
): string[] {
  const claimed = new Set(runs.map(({ runId }) => runId))
  for (const { version, protectsFile } of excluded) if (protectsFile) claimed.add(version.runId)
  return [...fileNames].flatMap((name) => {
    const runId = runIdFromFileName(name)
    return runId === undefined || claimed.has(runId) ? [] : [runId]
  })
}

/** Decides which files to delete. */
export function planDeletions(input: PruneInput): PrunePlan {
  const decisions = findOrphans(input).map((orphan) => decideOrphan(orphan, input))
  const kept = decisions.flatMap((decision) => (decision.kind === 'keep' ? [decision.entry] : []))
  const deletions = decisions.flatMap((decision) =>
    decision.kind === 'delete' ? [decision.entry] : [],
  )
  const noDeletions = { kept, deletions: [], warning: undefined, error: undefined }
  if (deletions.length === 0) return noDeletions
  const reason = reasonNotToPrune(input)
  if (reason !== undefined) return { ...noDeletions, warning: `Nothing is pruned: ${reason}` }
  if (deletions.length > input.maxDeletions) {
    return { ...noDeletions, error: tooManyDeletions(deletions, input.maxDeletions) }
  }
  return { ...noDeletions, deletions }
}

/** A listing that may be incomplete does not prove that a run is no longer selected. */
function reasonNotToPrune({ listed, facts }: PruneInput): string | undefined {
  if (listed.length === 0) {
    return 'MLflow lists no model version at all, which is more likely a wrong server, workspace or permission'
  }
  const unread = [...facts.values()].filter(({ run }) => run.kind === 'failed').length
  return unread > 0 ? `${plural(unread, 'run')} could not be read from MLflow` : undefined
}

/** A file whose run is no longer selected or no longer exists. */
type Orphan = RunFile & { readonly runId: string; readonly reason: string }

/** Files of runs that are no longer selected come first, then those of runs deleted in MLflow. */
function findOrphans({ runs, facts, files }: PruneInput): Orphan[] {
  const selected = new Set(runs.map(({ runId }) => runId))
  const orphans = [...files].flatMap(([runId, file]) => {
    if (!selected.has(runId)) {
      return [{ ...file, runId, reason: 'no selected model version names this run any more' }]
    }
    return isGone(facts.get(runId)?.run)
      ? [{ ...file, runId, reason: 'the run is deleted in MLflow' }]
      : []
  })
  return orphans.toSorted((a, b) => Number(selected.has(a.runId)) - Number(selected.has(b.runId)))
}

function isGone(lookup: RunLookup | undefined): boolean {
  return (
    lookup?.kind === 'missing' || (lookup?.kind === 'found' && lookup.run.lifecycle === 'deleted')
  )
}

type OrphanDecision =
  | { readonly kind: 'not-ours' }
  | { readonly kind: 'keep'; readonly entry: Entry }
  | { readonly kind: 'delete'; readonly entry: ChangedEntry }

/**
 * Decides by the content of the file: only a file that names this run and a model within `models` can
 * be deleted. A version listed without a run may have a hidden one (MLflow 3.17 hides it from users
 * who may not read runs), so its file is kept.
 */
function decideOrphan(orphan: Orphan, { models, listed }: PruneInput): OrphanDecision {
  const { state, runId, path, executable, reason } = orphan
  if (state.kind === 'held') {
    return {
      kind: 'keep',
      entry: { ...deletedEntry(runId, path), outcome: 'held', reason: state.reason },
    }
  }
  if (state.kind !== 'values') return { kind: 'not-ours' }
  const { owned } = state.values
  const { modelName = '', modelVersion = '' } = owned
  if (ownershipOf(state.values, runId) !== 'own' || !models(modelName)) return { kind: 'not-ours' }
  const entry = {
    ...deletedEntry(runId, path),
    experimentId: owned.experimentId ?? null,
    modelName,
    modelVersion,
    previousVersion: modelVersion,
  }
  const isHidden = listed.some(
    (version) =>
      version.runId === '' && version.name === modelName && version.version === modelVersion,
  )
  if (isHidden) {
    const hidden = 'kept: MLflow still lists its model version, only without naming the run'
    return { kind: 'keep', entry: { ...entry, outcome: 'skipped', reason: hidden } }
  }
  const edit = { path, before: state.text, after: undefined, executable }
  return { kind: 'delete', entry: { ...entry, path, outcome: 'deleted', reason, edit } }
}

function deletedEntry(runId: string, path: string): Entry {
  return entryWithoutEdit({
    path,
    outcome: 'deleted',
    runId,
    experimentId: null,
    modelName: null,
    modelVersion: null,
    previousVersion: null,
    url: null,
    reason: null,
  })
}

const maxListedPaths = 50

function tooManyDeletions(deletions: readonly ChangedEntry[], maxDeletions: number): Problem {
  const listed = deletions.slice(0, maxListedPaths).map(({ path }) => path)
  const omitted = deletions.length - listed.length
  const more = omitted > 0 ? ` and ${omitted} more` : ''
  return {
    message: `Prune would delete ${plural(deletions.length, 'file')}, more than max-deletions (${maxDeletions}); none was deleted: ${listed.join(', ')}${more}`,
    advice:
      'First check whether MLflow is complete (server, workspace, permissions, models, aliases, filter). If it is, raise max-deletions for one run.',
  }
}

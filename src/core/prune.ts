import type { SelectedRun, ExcludedVersion } from './select.ts'
import type { ModelVersion, RunFacts, RunLookup } from './model.ts'
import { ownershipOf, runIdFromFileName, type RunFile } from './values-file/file.ts'
import type { NameMatcher } from './glob.ts'
import { entryWithoutEdit, type ChangedEntry, type Entry, type Problem } from './result.ts'

export type PruneInput = {
  readonly runs: readonly SelectedRun[]
  /** Every version that MLflow listed, selected or not. */
  readonly listed: readonly ModelVersion[]
  readonly facts: ReadonlyMap<string, RunFacts>
  /** By run id: the files of the runs, and those of runs that are no longer selected. */
  readonly files: ReadonlyMap<string, RunFile>
  /** The target's models. */
  readonly models: NameMatcher
  readonly maxDeletions: number
}

/** What prune wants, before MLflow is asked about each deletion. */
export type PrunePlan = {
  /** Files that stay although their run is no longer selected. */
  readonly kept: readonly Entry[]
  readonly deletions: readonly ChangedEntry[]
  readonly warning: string | undefined
  readonly error: Problem | undefined
}

/** Run ids of the files that may belong to runs that are no longer selected. */
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

/** Decides which files are to be deleted. */
export function planDeletions(input: PruneInput): PrunePlan {
  const verdicts = orphansOf(input).map((orphan) => judgeOrphan(orphan, input))
  const kept = verdicts.flatMap((verdict) => (verdict.kind === 'keep' ? [verdict.entry] : []))
  const wanted = verdicts.flatMap((verdict) => (verdict.kind === 'delete' ? [verdict.entry] : []))
  const none = { kept, deletions: [], warning: undefined, error: undefined }
  if (wanted.length === 0) return none
  const doubt = doubtAbout(input)
  if (doubt !== undefined) return { ...none, warning: `Nothing is pruned: ${doubt}` }
  if (wanted.length > input.maxDeletions) {
    return { ...none, error: tooMany(wanted, input.maxDeletions) }
  }
  return { ...none, deletions: wanted }
}

/** Deletions need a listing that can be trusted. */
function doubtAbout({ listed, facts }: PruneInput): string | undefined {
  if (listed.length === 0) {
    return 'MLflow lists no model version at all, which is more likely a wrong server, workspace or permission'
  }
  const unread = [...facts.values()].filter(({ run }) => run.kind === 'failed').length
  return unread > 0 ? `${unread} runs could not be read from MLflow` : undefined
}

type Orphan = RunFile & { readonly runId: string; readonly reason: string }

/** First the files of runs that nothing names any more, then those of runs that MLflow deleted. */
function orphansOf({ runs, facts, files }: PruneInput): Orphan[] {
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

type Verdict =
  | { readonly kind: 'not-ours' }
  | { readonly kind: 'keep'; readonly entry: Entry }
  | { readonly kind: 'delete'; readonly entry: ChangedEntry }

/**
 * Decides by the file itself: only a file that says that it is this run's, of a model within
 * `models`, may be deleted. A version that is still listed without its run may have it hidden
 * (MLflow 3.17 does so for users who may not read runs).
 */
function judgeOrphan(orphan: Orphan, { models, listed }: PruneInput): Verdict {
  const { state, runId, path, reason } = orphan
  if (state.kind === 'held') {
    const held = 'the file has the comment "# mlflow-sync: hold"'
    return { kind: 'keep', entry: { ...blank(runId, path), outcome: 'held', reason: held } }
  }
  if (state.kind !== 'values') return { kind: 'not-ours' }
  const { owned } = state.values
  const { modelName = '', modelVersion = '' } = owned
  if (ownershipOf(state.values, runId) !== 'own' || !models(modelName)) return { kind: 'not-ours' }
  const entry = {
    ...blank(runId, path),
    experimentId: owned.experimentId ?? null,
    modelName,
    modelVersion,
    previousVersion: modelVersion,
  }
  const hidden = listed.some(
    (version) =>
      version.runId === '' && version.name === modelName && version.version === modelVersion,
  )
  if (hidden) {
    const why = 'kept: MLflow still lists its model version, only without withInputName the run'
    return { kind: 'keep', entry: { ...entry, outcome: 'skipped', reason: why } }
  }
  const edit = { path, before: state.text, after: undefined, executable: false }
  return { kind: 'delete', entry: { ...entry, path, outcome: 'deleted', reason, edit } }
}

function blank(runId: string, path: string): Entry {
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

const shownPaths = 50

function tooMany(wanted: readonly ChangedEntry[], maxDeletions: number): Problem {
  const shown = wanted.slice(0, shownPaths).map(({ path }) => path)
  const more = wanted.length > shown.length ? ` and ${wanted.length - shown.length} more` : ''
  return {
    message: `Prune would delete ${wanted.length} files, more than max-deletions (${maxDeletions}); none was deleted: ${shown.join(', ')}${more}`,
    advice:
      'Look first whether MLflow is complete (server, workspace, permissions, models, aliases, filter). If it is, raise max-deletions for one run.',
  }
}

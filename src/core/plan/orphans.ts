import type { NameMatcher } from '../glob.ts'
import { versionKey, type ModelVersion, type RunFacts, type RunLookup } from '../model.ts'
import { entryWithoutEdit, type ChangedEntry, type Entry, type Problem } from '../result.ts'
import type { ExcludedVersion, SelectedRun } from '../select.ts'
import type { RunFile } from '../values-file/file.ts'
import { deployedIn, isOwned } from './deployed.ts'

export type PruneInput = {
  readonly runs: readonly SelectedRun[]
  readonly excluded: readonly ExcludedVersion[]
  /** Every version that MLflow listed, selected or not. */
  readonly listed: readonly ModelVersion[]
  /** What the selection asks for and MLflow does not have. */
  readonly gaps: readonly Problem[]
  readonly facts: ReadonlyMap<string, RunFacts>
  /** All values files of the directory, and those of the selected runs, by run id. */
  readonly files: ReadonlyMap<string, RunFile>
  /** What the sync does with the selected runs. */
  readonly entries: readonly Entry[]
  /** The target's models. */
  readonly models: NameMatcher
  readonly maxDeletions: number
}

/** Decides about each file whose run is no longer selected, or no longer exists, by itself. */
export function decideOrphans(input: PruneInput): OrphanDecision[] {
  const unusable = input.listed.filter(
    ({ runId, problem }) => runId === '' || problem !== undefined,
  )
  const protection: Protection = {
    models: input.models,
    hidden: new Set(unusable.map(versionKey)),
    pending: findPendingModels(input),
  }
  return findOrphans(input).map((orphan) => decideOrphan(orphan, protection))
}

/** What keeps a file that is no longer selected. */
type Protection = {
  /** The target's models. */
  readonly models: NameMatcher
  /** Keys of versions that are listed without a usable run. */
  readonly hidden: ReadonlySet<string>
  /** Models whose selected version is not deployed yet, and why. */
  readonly pending: ReadonlyMap<string, string>
}

/**
 * Models with a selected version that is not deployed yet, by what happens to it. Their files stay
 * until it is, so that the new deployment can start before the old one ends.
 */
function findPendingModels({ runs, excluded, files, entries }: PruneInput): Map<string, string> {
  const pending = new Map<string, string>()
  for (const { version, exclusion } of excluded) {
    if (exclusion === 'not-ready' || exclusion === 'too-young') {
      pending.set(version.name, `version ${version.version} waits`)
    }
  }
  const outcomes = new Map(entries.map(({ path, outcome }) => [path, outcome]))
  for (const { runId, version } of runs) {
    const file = files.get(runId)
    if (file?.state.kind !== 'absent') continue
    const outcome = outcomes.get(file.path)
    const what = `version ${version.version}`
    if (outcome === 'created') pending.set(version.name, `${what} is deployed first`)
    if (outcome === 'failed') pending.set(version.name, `${what} could not be deployed`)
  }
  return pending
}

/** A file whose run is no longer selected or no longer exists. */
type Orphan = RunFile & { readonly runId: string; readonly reason: string }

/** Files of runs that are no longer selected come first, then those of runs deleted in MLflow. */
function findOrphans({ runs, excluded, facts, files }: PruneInput): Orphan[] {
  const selected = new Set(runs.map(({ runId }) => runId))
  // A version that is only excluded for now, or for what MLflow does not say, protects its file.
  const isProtected = new Set(
    excluded
      .filter(({ exclusion }) => exclusion !== 'run-filter')
      .map(({ version }) => version.runId),
  )
  const orphans = [...files].flatMap(([runId, file]) => {
    if (!selected.has(runId)) {
      const reason = 'no selected model version names this run any more'
      return isProtected.has(runId) ? [] : [{ ...file, runId, reason }]
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

export type OrphanDecision =
  | { readonly kind: 'not-ours' }
  | { readonly kind: 'keep'; readonly entry: Entry }
  | { readonly kind: 'delete'; readonly entry: ChangedEntry }

/**
 * Decides by the content of the file: only a file that names this run and a model within `models` can
 * be deleted. A version listed without a usable run may be this one (MLflow 3.17 hides the run from
 * users who may not read it), so its file is kept.
 */
function decideOrphan(
  { state, runId, path, executable, reason }: Orphan,
  { models, hidden, pending }: Protection,
): OrphanDecision {
  const record = {
    path,
    runId,
    experimentId: null,
    modelName: null,
    modelVersion: null,
    previousVersion: null,
    url: null,
  }
  const deployed = deployedIn(state, runId)
  if (state.kind === 'held') {
    const { modelName = null, modelVersion = null } = deployed ?? {}
    const held = { ...record, modelName, modelVersion, previousVersion: modelVersion }
    return {
      kind: 'keep',
      entry: entryWithoutEdit({ ...held, outcome: 'held', reason: state.reason }),
    }
  }
  if (state.kind !== 'values' || deployed === undefined || !isOwned(state, runId)) {
    return { kind: 'not-ours' }
  }
  const { owned } = state.values
  const { modelName, modelVersion } = deployed
  if (!models(modelName)) return { kind: 'not-ours' }
  const details = {
    ...record,
    experimentId: owned.experimentId ?? null,
    modelName,
    modelVersion,
    previousVersion: modelVersion,
  }
  const keep = (why: string): OrphanDecision => ({
    kind: 'keep',
    entry: entryWithoutEdit({ ...details, outcome: 'skipped', reason: `kept: ${why}` }),
  })
  if (hidden.has(versionKey({ name: modelName, version: modelVersion }))) {
    return keep('MLflow still lists its model version, only without naming the run')
  }
  const successor = pending.get(modelName)
  if (successor !== undefined) return keep(`${modelName} ${successor}; a later sync deletes it`)
  return {
    kind: 'delete',
    entry: {
      ...details,
      outcome: 'deleted',
      reason,
      edit: { path, before: state.text, after: undefined, executable },
      previous: deployed,
      warning: undefined,
    },
  }
}

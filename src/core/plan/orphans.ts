import {
  entryWithoutEdit,
  type ChangedEntry,
  type DeployedVersion,
  type Entry,
  type RunRecord,
} from '../entry.ts'
import { versionKey, type ModelVersion, type RunFacts, type RunLookup } from '../model.ts'
import type { Problem } from '../problem.ts'
import type { KeyOrigins } from '../target.ts'
import { modelVersionUrl } from '../text/links.ts'
import { prose, type Prose } from '../text/prose.ts'
import type { RunFile } from '../values-file/file.ts'
import { compareAge, createNameLookup, deployedIn, isOwned, isVersionNumber } from './deployed.ts'
import { findPending, type PendingInput } from './pending.ts'

export type PruneInput = PendingInput & {
  /** Every version that MLflow listed, selected or not. */
  readonly listed: readonly ModelVersion[]
  /** What the selection asks for and MLflow does not have. */
  readonly gaps: readonly Problem[]
  readonly facts: ReadonlyMap<string, RunFacts>
  readonly maxDeletions: number
  /** Of the target. */
  readonly origins: KeyOrigins
  /** Base URL of MLflow's UI, for links. */
  readonly uiUrl: string
  /** Name of the target. */
  readonly target: string
}

/** What happens to the files whose run is no longer selected or no longer exists. */
export type OrphanDecisions = {
  readonly kept: readonly Entry[]
  readonly deletions: readonly ChangedEntry[]
}

/** Decides about each orphan by its content and by what else the sync does. */
export function decideOrphans(input: PruneInput): OrphanDecisions {
  const kept: Entry[] = []
  const deletions: ChangedEntry[] = []
  const pending = findPending(input)
  const currentName = createNameLookup(input.listed)
  const unusable = new Set(
    input.excluded
      .filter(({ exclusion }) => exclusion === 'unusable')
      .map(({ version }) => versionKey(version)),
  )
  for (const orphan of findOrphans(input)) {
    const record = recordOf(orphan, input)
    if (orphan.state.kind === 'held') {
      const { reason, line } = orphan.state
      const location = { path: orphan.path, line }
      kept.push(entryWithoutEdit({ ...record, outcome: 'held', reason }, location))
      continue
    }
    const { deployed } = orphan
    if (deployed === undefined || !isPrunable(orphan, input)) continue
    const reasonToKeep = whyKept(deployed, unusable) ?? takePending(pending, currentName(deployed))
    if (reasonToKeep === undefined) deletions.push(deletionOf(orphan, record, deployed))
    else {
      const reason = prose`kept: ${reasonToKeep}`
      kept.push(entryWithoutEdit({ ...record, outcome: 'skipped', reason }))
    }
  }
  return { kept, deletions }
}

/** A file whose run is no longer selected or no longer exists. */
type Orphan = RunFile & {
  readonly runId: string
  readonly reason: Prose
  readonly deployed: DeployedVersion | undefined
}

/**
 * Files of runs that are no longer selected come first, then those of runs deleted in MLflow; the
 * newest versions come first.
 */
function findOrphans({ runs, excluded, facts, files }: PruneInput): Orphan[] {
  const selected = new Set(runs.map(({ runId }) => runId))
  // A version that is only excluded for now, or for what MLflow does not say, protects its file.
  const isProtected = new Set(
    excluded
      .filter(({ exclusion }) => exclusion !== 'run-filter')
      .map(({ version }) => version.runId),
  )
  const orphans = [...files].flatMap(([runId, file]): Orphan[] => {
    const deployed = deployedIn(file.state, runId)
    if (!selected.has(runId)) {
      const reason = prose`no selected model version belongs to this run any more`
      return isProtected.has(runId) ? [] : [{ ...file, runId, reason, deployed }]
    }
    return isGone(facts.get(runId)?.run)
      ? [{ ...file, runId, reason: prose`the run is deleted in MLflow`, deployed }]
      : []
  })
  return orphans.toSorted(
    (a, b) =>
      Number(selected.has(a.runId)) - Number(selected.has(b.runId)) ||
      (a.deployed && b.deployed ? compareAge(b.deployed, a.deployed) : 0),
  )
}

function isGone(lookup: RunLookup | undefined): boolean {
  return (
    lookup?.kind === 'missing' || (lookup?.kind === 'found' && lookup.run.lifecycle === 'deleted')
  )
}

function recordOf(
  { path, runId, deployed, state }: Orphan,
  { target, uiUrl }: Pick<PruneInput, 'target' | 'uiUrl'>,
): Omit<RunRecord, 'outcome' | 'reason'> {
  const { experimentId = null } = state.kind === 'values' ? state.values.owned : {}
  const modelVersion = deployed?.modelVersion ?? null
  return {
    path,
    runId,
    experimentId,
    modelName: deployed?.modelName ?? null,
    modelVersion,
    previousVersion: modelVersion,
    url:
      deployed === undefined || deployed.modelName === ''
        ? null
        : modelVersionUrl(uiUrl, deployed.modelName, deployed.modelVersion),
    target,
  }
}

/** Only a file that names its own run and a model within `models` may be deleted. */
function isPrunable({ state, runId, deployed }: Orphan, { selection }: PruneInput): boolean {
  const modelName = deployed?.modelName ?? ''
  return (
    state.kind === 'values' &&
    isOwned(state, runId) &&
    modelName !== '' &&
    selection.models(modelName)
  )
}

function whyKept(
  { modelName, modelVersion }: DeployedVersion,
  unusable: ReadonlySet<string>,
): Prose | undefined {
  if (!isVersionNumber(modelVersion)) {
    return prose`\`global.modelVersion\` is not a version number, so MLflow cannot confirm the deletion`
  }
  if (unusable.has(versionKey({ name: modelName, version: modelVersion }))) {
    return prose`MLflow still lists its model version, but does not say enough about it`
  }
  return undefined
}

/** Each pending version keeps one file. */
function takePending(pending: ReadonlyMap<string, Prose[]>, modelName: string): Prose | undefined {
  const successor = pending.get(modelName)?.shift()
  return successor === undefined
    ? undefined
    : prose`\`${modelName}\` ${successor}; this file stays until then`
}

function deletionOf(
  { path, state, executable, reason }: Orphan,
  record: Omit<RunRecord, 'outcome' | 'reason'>,
  previous: DeployedVersion,
): ChangedEntry {
  const before = 'text' in state ? state.text : undefined
  return {
    ...record,
    path,
    outcome: 'deleted',
    reason,
    edit: { path, before, after: undefined, executable },
    previous,
    withheld: undefined,
    warning: undefined,
    location: undefined,
  }
}

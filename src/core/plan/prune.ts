import { entryWithoutEdit, isChange, type ChangedEntry, type Entry } from '../entry.ts'
import { describePlace, type Problem } from '../problem.ts'
import type { KeyOrigins } from '../target.ts'
import { plural } from '../text/format.ts'
import { own, prose, type Prose } from '../text/prose.ts'
import { isOwned } from './deployed.ts'
import { decideOrphans, type OrphanDecisions, type PruneInput } from './orphans.ts'

/** The deletions that prune proposes; MLflow has not confirmed them yet. */
export type ProposedDeletions = OrphanDecisions & BlockedDeletions

/** Deletions about which this sync does not decide, and why. */
type BlockedDeletions = {
  readonly blocked: readonly ChangedEntry[]
  readonly warning: Prose | undefined
}

/** Decides which files prune may delete. */
export function proposeDeletions(input: PruneInput): ProposedDeletions {
  const { kept, deletions } = decideOrphans(input)
  const reason = deletions.length === 0 ? undefined : reasonNotToPrune(input)
  return reason === undefined
    ? { kept, deletions, blocked: [], warning: undefined }
    : { kept, deletions: [], blocked: deletions, warning: nothingPruned(reason) }
}

function nothingPruned(reason: Prose): Prose {
  return prose`Nothing is pruned: ${reason}`
}

/**
 * Why nothing may be deleted. A listing that may be incomplete does not prove that a run is no longer
 * selected, and a selection that matches nothing is probably a mistake.
 */
function reasonNotToPrune(input: PruneInput): Prose | undefined {
  const { selection, listed, runs, gaps, facts, files } = input
  if (listsNothing(listed, selection)) {
    return prose`MLflow lists no model version at all, which is more likely a wrong server, workspace or permission: check \`mlflow-tracking-uri\` and \`mlflow-workspace\``
  }
  if (gaps.length > 0) return prose`the selection asks for something that MLflow does not have`
  if (runs.length === 0) return prose`no run is selected`
  const unread = [...facts.values()].filter(
    ({ run }) => run.kind === 'failed' && run.cause === 'rejected',
  ).length
  if (unread > 0) return prose`${own(plural(unread, 'run'))} could not be read from MLflow`
  const unfetched = [...files.values()].filter(({ state }) => state.kind === 'unread').length
  return unfetched > 0
    ? prose`${own(plural(unfetched, 'file'))} could not be read from GitHub`
    : undefined
}

/** Whether MLflow lists no model version at all, although no filter asks for some of them only. */
export function listsNothing(
  listed: PruneInput['listed'],
  { filter }: PruneInput['selection'],
): boolean {
  return listed.length === 0 && filter === undefined
}

export type LimitedDeletions = BlockedDeletions & {
  /** Without the deletions if they exceed a limit. */
  readonly entries: readonly Entry[]
  readonly error: Problem | undefined
}

/**
 * Applies the limits for all deletions together.
 *
 * @param orphans the entries of orphans after MLflow has confirmed the deletions or not.
 */
export function limitDeletions(
  orphans: readonly Entry[],
  { files, entries, maxDeletions, origins }: PruneInput,
): LimitedDeletions {
  const deletions = orphans.filter(isChange)
  const kept = orphans.filter((entry) => !isChange(entry))
  if (deletions.length > maxDeletions) {
    const withheld = deletions.map((deletion) => withhold(deletion, maxDeletions))
    return {
      entries: [...kept, ...withheld],
      blocked: [],
      warning: undefined,
      error: tooMany(deletions.length, maxDeletions, origins),
    }
  }
  const owned = [...files].filter(([runId, { state }]) => isOwned(state, runId)).length
  const created = entries.filter(({ outcome }) => outcome === 'created').length
  if (deletions.length > 0 && owned + created <= deletions.length) {
    const reason = prose`it would leave the directory without any values file`
    return { entries: kept, blocked: deletions, warning: nothingPruned(reason), error: undefined }
  }
  return { entries: orphans, blocked: [], warning: undefined, error: undefined }
}

function withhold(deletion: ChangedEntry, maxDeletions: number): Entry {
  const { previous, reason } = deletion
  return {
    ...entryWithoutEdit(deletion),
    outcome: 'skipped',
    previous,
    withheld: 'too-many-deletions',
    reason: prose`${reason ?? ''}; kept because of \`max-deletions: ${maxDeletions}\``,
  }
}

function tooMany(count: number, maxDeletions: number, origins: KeyOrigins): Problem {
  const origin = origins.get('max-deletions')
  const kind = own(origins.size === 0 ? 'inputs' : 'keys')
  const raise =
    origin === undefined
      ? prose`run once with${own(origins.size === 0 ? '' : ' the input')} \`max-deletions: ${count}\``
      : prose`write \`max-deletions: ${count}\` for one sync instead of \`${origin.key}\` in ${describePlace(origin.location)}`
  return {
    message: prose`Prune would delete ${own(plural(count, 'file'))}, more than \`max-deletions: ${maxDeletions}\` allows, so none is deleted`,
    advice: prose`First check that MLflow shows everything: the server, the workspace, the permissions of its user, and the ${kind} \`models\`, \`aliases\` and \`filter\`. If the list of deletions is right, ${raise}.`,
    mistakes: [],
  }
}

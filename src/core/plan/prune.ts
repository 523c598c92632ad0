import type { ChangedEntry, Entry, Problem } from '../result.ts'
import { plural } from '../text/format.ts'
import { isOwned } from './deployed.ts'
import { decideOrphans, type PruneInput } from './orphans.ts'

/** The deletions that prune proposes; MLflow has not confirmed them yet. */
export type PrunePlan = {
  /** Files that are kept although their run is no longer selected. */
  readonly kept: readonly Entry[]
  readonly deletions: readonly ChangedEntry[]
  readonly warning: string | undefined
  readonly error: Problem | undefined
}

/** Decides which files to delete. */
export function planDeletions(input: PruneInput): PrunePlan {
  const decisions = decideOrphans(input)
  const kept = decisions.flatMap((decision) => (decision.kind === 'keep' ? [decision.entry] : []))
  const deletions = decisions.flatMap((decision) =>
    decision.kind === 'delete' ? [decision.entry] : [],
  )
  const noDeletions = { kept, deletions: [], warning: undefined, error: undefined }
  if (deletions.length === 0) return noDeletions
  const reason = reasonNotToPrune(input, deletions)
  if (reason !== undefined) return { ...noDeletions, warning: `Nothing is pruned: ${reason}` }
  if (deletions.length > input.maxDeletions) {
    return { ...noDeletions, error: tooManyDeletions(deletions, input.maxDeletions) }
  }
  return { ...noDeletions, deletions }
}

/**
 * Why nothing may be deleted. A listing that may be incomplete does not prove that a run is no longer
 * selected, and a selection that matches nothing is probably a mistake.
 */
function reasonNotToPrune(
  { listed, runs, gaps, facts, files, entries }: PruneInput,
  deletions: readonly ChangedEntry[],
): string | undefined {
  if (listed.length === 0) {
    return 'MLflow lists no model version at all, which is more likely a wrong server, workspace or permission'
  }
  if (gaps.length > 0) return 'the selection asks for something that MLflow does not have'
  if (runs.length === 0) return 'no run is selected'
  const unread = [...facts.values()].filter(({ run }) => run.kind === 'failed').length
  if (unread > 0) return `${plural(unread, 'run')} could not be read from MLflow`
  const unfetched = [...files.values()].filter(({ state }) => state.kind === 'unread').length
  if (unfetched > 0) return `${plural(unfetched, 'file')} could not be read from GitHub`
  const owned = [...files].filter(([runId, { state }]) => isOwned(state, runId)).length
  const created = entries.filter(({ outcome }) => outcome === 'created').length
  if (owned + created <= deletions.length) {
    return 'it would leave the directory without any values file'
  }
  return undefined
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

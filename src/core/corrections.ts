import type { ChangedEntry } from './entry.ts'
import { readSection } from './pull-request-section.ts'
import type { PullRequestState } from './pull-request.ts'

/**
 * What the last pull request that was merged changed in files that name the same version as before:
 * the tags of such a version are right, except for the commit.
 */
export type Corrections = {
  /** Beginnings of run ids. */
  readonly runs: ReadonlySet<string>
  /** Commits of the pull request, which the tags name once its merge was seen. */
  readonly commits: ReadonlySet<string>
}

/** A pull request's body has room for so many. */
const maxRuns = 1000

/** The runs whose files a proposal changes and which may keep their version, for its section. */
export function correctedRuns(changes: readonly ChangedEntry[]): string[] {
  return changes
    .filter(
      ({ outcome, previous, modelName, modelVersion }) =>
        outcome === 'updated' &&
        // What a damaged file named is not known.
        (previous === undefined ||
          (previous.modelName === modelName && previous.modelVersion === modelVersion)),
    )
    .flatMap(({ runId }) => (runId === null ? [] : beginningOf(runId)))
    .slice(0, maxRuns)
}

/** The corrections of the last pull request that was merged, if it has any. */
export function mergedCorrections({ pullRequests }: PullRequestState): Corrections | undefined {
  const last = pullRequests.find(({ merged }) => merged)
  if (last === undefined) return undefined
  const runs = readSection(last.body)?.corrected
  if (runs === undefined) return undefined
  return { runs: new Set(runs), commits: new Set([last.headSha, last.mergeCommit ?? '']) }
}

/** Whether the commit that was recorded for a run's file is older than its correction. */
export function isCorrected(
  corrections: Corrections | undefined,
  runId: string,
  recorded: string,
): boolean {
  if (corrections === undefined) return false
  return corrections.runs.has(beginningOf(runId)) && !corrections.commits.has(recorded)
}

/** Short, and if it is another run's, too, GitHub is asked for a commit in vain. */
function beginningOf(runId: string): string {
  return runId.slice(0, 8)
}

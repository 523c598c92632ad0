import type { BranchSnapshot } from './branch.ts'
import { changesOf, type ChangedEntry, type Entry, type FileEdit } from './entry.ts'
import type { IndexFile } from './index-file.ts'
import type { Problem } from './problem.ts'
import type { Target } from './target.ts'
import type { Prose } from './text/prose.ts'
import type { RunFile } from './values-file/file.ts'

/** What changes in the repository. */
export type Changes = {
  readonly entries: readonly Entry[]
  /**
   * Edits of files in a target's directory that no single run accounts for, such as an index page.
   */
  readonly extraFiles: readonly FileEdit[]
}

/** Everything that one sync would do to the branch. */
export type Plan = Changes & {
  readonly snapshot: BranchSnapshot
  readonly targets: readonly Target[]
  /** Names of the targets for which nothing could be planned; `error` says why. */
  readonly failedTargets: readonly string[]
  /** Names of the targets for which MLflow lists no model version at all. */
  readonly blindTargets: readonly string[]
  /** Deletions of which prune cannot say whether they are right; a warning says why. */
  readonly blockedDeletions: readonly ChangedEntry[]
  /** By name of the target and run id: the values files that were read, as they are on the branch. */
  readonly files: ReadonlyMap<string, ReadonlyMap<string, RunFile>>
  /** By name of the target: the index pages as they are on the branch. */
  readonly indexes: ReadonlyMap<string, IndexFile>
  /** Number of runs that the selections of all targets chose. */
  readonly selectedRuns: number
  readonly warnings: readonly Prose[]
  /** Fails the sync after all of its changes have been written. */
  readonly error: Problem | undefined
}

/** All edits of files, whether or not a run accounts for them. */
export function editsOf({ entries, extraFiles }: Changes): FileEdit[] {
  return [...changesOf(entries).map(({ edit }) => edit), ...extraFiles]
}

/** A commit to create on the head of a snapshot. */
export type CommitRequest = {
  /** Its head becomes the parent of the commit. */
  readonly snapshot: BranchSnapshot
  readonly headline: string
  readonly body: string
  readonly edits: readonly FileEdit[]
}

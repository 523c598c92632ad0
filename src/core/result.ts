import type { BranchSnapshot } from './branch.ts'
import type { IndexFile } from './index-file.ts'
import type { Location, Mistake, Problem } from './problem.ts'
import type { Target } from './target.ts'
import type { Prose } from './text/prose.ts'
import type { RunFile } from './values-file/file.ts'

export type { Location, Mistake, Problem }

/** The results of a sync, in the terms of the outputs, the report and the summary. */

export const outcomes = [
  'created',
  'updated',
  'deleted',
  'failed',
  'held',
  'skipped',
  'unchanged',
] as const

export type Outcome = (typeof outcomes)[number]

/** One run's outcome: the fields of the output `changes` and of the report, in this order. */
export type RunRecord = {
  /** Path of the file in the repository; null if the run cannot have one. */
  readonly path: string | null
  readonly outcome: Outcome
  readonly runId: string | null
  readonly experimentId: string | null
  readonly modelName: string | null
  readonly modelVersion: string | null
  /** Version that was deployed before: see `DeployedVersion`. Null if there was none. */
  readonly previousVersion: string | null
  /** URL of the model version in MLflow's UI. */
  readonly url: string | null
  /** Why the run was skipped, held or failed, or its file deleted; null otherwise. */
  readonly reason: Prose | null
  /** Name of the target that the file belongs to. */
  readonly target: string
}

/** The content of one file before and after the sync; undefined if the file does not exist. */
export type FileEdit = {
  /** Relative to the root of the repository. */
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
  /** The file's mode, which never changes. */
  readonly executable: boolean
}

/** A version that a values file on the branch deploys. Empty fields are missing in the file. */
export type DeployedVersion = {
  readonly runId: string
  readonly modelName: string
  readonly modelVersion: string
  /** UTC date of the version's creation, YYYYMMDD. */
  readonly timestamp: string
}

/** Metrics (latest values) and parameters of a run. */
export type RunValues = {
  readonly metrics: Readonly<Record<string, number>>
  readonly params: Readonly<Record<string, string>>
}

/** The values of a run, beside those of the version that it replaces if there is one. */
export type Comparison = RunValues & {
  readonly experimentId: string
  /** Undefined if there is no other run that it replaces, or it could not be read. */
  readonly previous:
    | (RunValues & {
        readonly runId: string
        readonly experimentId: string
        readonly modelVersion: string
      })
    | undefined
}

/** What happens to one run: its record, and the edit of its file if there is one. */
export type Entry = RunRecord & {
  readonly edit: FileEdit | undefined
  /**
   * The version that was deployed before: the existing file's own; for a new file, the version of the
   * same model that it supersedes.
   */
  readonly previous: DeployedVersion | undefined
  /** Why a change is not made, although the registry asks for it. */
  readonly withheld: 'too-many-deletions' | 'rejected' | undefined
  /** Reported as a warning, although the run did not fail. */
  readonly warning: Prose | undefined
  /** What the reason of a failed or held run is about. */
  readonly location: Location | undefined
}

/** An entry that changes a file. */
export type ChangedEntry = Entry & {
  readonly path: string
  readonly outcome: 'created' | 'updated' | 'deleted'
  readonly edit: FileEdit
}

export function isChange(entry: Entry): entry is ChangedEntry {
  return entry.edit !== undefined
}

export function changesOf(entries: readonly Entry[]): ChangedEntry[] {
  return entries.filter(isChange)
}

/** An entry that leaves the file unchanged. */
export function entryWithoutEdit(record: RunRecord, location?: Location): Entry {
  return {
    ...record,
    edit: undefined,
    previous: undefined,
    withheld: undefined,
    warning: undefined,
    location,
  }
}

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

export const operations = [
  'none',
  'committed',
  'pull-request-created',
  'pull-request-updated',
  'pull-request-closed',
  'planned',
  'checked',
  'failed',
] as const

export type Operation = (typeof operations)[number]

export type CommitReference = { readonly sha: string; readonly url: string }

/** A commit to create on the head of a snapshot. */
export type CommitRequest = {
  /** Its head becomes the parent of the commit. */
  readonly snapshot: BranchSnapshot
  readonly headline: string
  readonly body: string
  readonly edits: readonly FileEdit[]
}

export type PullRequestReference = { readonly number: number; readonly url: string }

/** The result of one check in `mode: check`. */
export type Connection = {
  readonly name: string
  readonly status: 'ok' | 'failed' | 'skipped'
  readonly detail: Prose
  readonly advice: Prose
  /** The single mistakes that the detail lists; empty if it is about one thing. */
  readonly mistakes: readonly Mistake[]
}

export type Phase = { readonly name: string; readonly milliseconds: number }

/** Where the files of a target are. */
export type TargetReference = Pick<Target, 'name' | 'directory'>

/** What one sync did, or all syncs of a job. There is one entry per run, unchanged ones included. */
export type SyncResult = Changes & {
  /** What was written; failures are in `error` and in the entries. */
  readonly operation: Operation
  /** `owner/name`, spelled as on GitHub once the branch has been read. */
  readonly repository: string
  /** Undefined while the name of the default branch is not known. */
  readonly branch: string | undefined
  /** The targets, those that failed included; empty while they are not known. */
  readonly targets: readonly TargetReference[]
  /** As in `Plan`. */
  readonly failedTargets: readonly string[]
  /** As in `Plan`; undefined if the registry was not read. */
  readonly selectedRuns: number | undefined
  readonly warnings: readonly Prose[]
  readonly commit: CommitReference | undefined
  /** Number of commits made on the branch; a job that polls can make several. */
  readonly commitCount: number
  /** Whether changes are proposed in a pull request, and not made on the branch. */
  readonly isProposal: boolean
  readonly pullRequest: PullRequestReference | undefined
  /** By path, for changed files; not for all of them if there are many. */
  readonly comparisons: ReadonlyMap<string, Comparison>
  /** Undefined unless `mode` is `check`. */
  readonly connections: readonly Connection[] | undefined
  /** Why the sync as a whole failed; the failure of a single run is in its entry. */
  readonly error: Problem | undefined
}

/** A result without changes, for a sync that has not done anything yet. */
export function emptyResult(repository: string, branch: string | undefined): SyncResult {
  return {
    operation: 'none',
    repository,
    branch,
    entries: [],
    extraFiles: [],
    targets: [],
    failedTargets: [],
    selectedRuns: undefined,
    warnings: [],
    commit: undefined,
    commitCount: 0,
    isProposal: false,
    pullRequest: undefined,
    comparisons: new Map(),
    connections: undefined,
    error: undefined,
  }
}

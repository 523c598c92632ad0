import type { BranchSnapshot } from './branch.ts'

/** What a sync did: the vocabulary of outputs, report, summary and annotations. */

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
  /** Path of the file in the repository; null when the run can have none. */
  readonly path: string | null
  readonly outcome: Outcome
  readonly runId: string | null
  readonly experimentId: string | null
  readonly modelName: string | null
  readonly modelVersion: string | null
  /** Version the file named before this sync; null for a new file. */
  readonly previousVersion: string | null
  /** Address of the model version in MLflow's UI. */
  readonly url: string | null
  /** Why it was skipped, held, failed or deleted; null otherwise. */
  readonly reason: string | null
}

/** The contents of one file before and after; undefined: there is no such file. */
export type FileEdit = {
  /** Relative to the root of the repository. */
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
  /** The file's mode, which is kept. */
  readonly executable: boolean
}

/** What happens to one run: its record, and the edit of its file if there is one. */
export type Entry = RunRecord & {
  readonly edit: FileEdit | undefined
  /** Something that a person should know although the run did not fail. */
  readonly warning: string | undefined
}

/** An entry that changes a file. */
export type ChangedEntry = Entry & {
  readonly path: string
  readonly outcome: 'created' | 'updated' | 'deleted'
  readonly edit: FileEdit
}

export function changesOf(entries: readonly Entry[]): ChangedEntry[] {
  return entries.filter((entry): entry is ChangedEntry => entry.edit !== undefined)
}

/** An entry that leaves the file as it is. */
export function entryWithoutEdit(record: RunRecord): Entry {
  return { ...record, edit: undefined, warning: undefined }
}

/** Everything that one sync would do to the branch. */
export type Plan = {
  readonly snapshot: BranchSnapshot
  readonly entries: readonly Entry[]
  readonly warnings: readonly string[]
  /** Fails the sync although everything else of it is done. */
  readonly error: Problem | undefined
}

/** What is wrong, and how to fix it. */
export type Problem = { readonly message: string; readonly advice: string | undefined }

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

export type PullRequestReference = { readonly number: number; readonly url: string }

/** One thing that `mode: check` tested. */
export type Connection = {
  readonly name: string
  readonly status: 'ok' | 'failed' | 'skipped'
  readonly detail: string
  readonly advice: string
}

export type Phase = { readonly name: string; readonly milliseconds: number }

/** What one sync did, or all syncs of a job. */
export type SyncResult = {
  /** What was written; whether anything failed is in `error` and in the entries. */
  readonly operation: Operation
  /** `owner/name` as GitHub spells it, once the branch was read. */
  readonly repository: string
  /** Undefined: the default branch, whose name is not known yet. */
  readonly branch: string | undefined
  /** One for each run, unchanged ones too. */
  readonly entries: readonly Entry[]
  readonly warnings: readonly string[]
  readonly commit: CommitReference | undefined
  readonly pullRequest: PullRequestReference | undefined
  /** Only in mode `check`. */
  readonly connections: readonly Connection[] | undefined
  /** Why the sync as a whole failed; a run's own failure is in its entry. */
  readonly error: Problem | undefined
}

/** A result that says nothing but where it happened. */
export function emptyResult(repository: string, branch: string | undefined): SyncResult {
  return {
    operation: 'none',
    repository,
    branch,
    entries: [],
    warnings: [],
    commit: undefined,
    pullRequest: undefined,
    connections: undefined,
    error: undefined,
  }
}

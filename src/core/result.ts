import type { Changes } from './changes.ts'
import type { Mistake, Problem } from './problem.ts'
import type { Target } from './target.ts'
import type { Prose } from './text/prose.ts'

/** The results of a sync, in the terms of the outputs, the report and the summary. */

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

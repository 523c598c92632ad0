import {
  changesOf,
  type CommitReference,
  type Operation,
  type Plan,
  type PullRequestReference,
} from '../core/result.ts'

/** The result of writing a plan. */
export type WriteResult = {
  /** The plan that was written; an earlier one if the response to its write was lost. */
  readonly plan: Plan
  readonly operation: Operation
  readonly commit: CommitReference | undefined
  readonly pullRequest: PullRequestReference | undefined
  readonly warning: string | undefined
}

/**
 * Writes a plan, completely or not at all.
 *
 * @throws GitHubError with reason `branch-moved` or `outcomeUnknown`: read and plan again.
 */
export type Write = (plan: Plan) => Promise<WriteResult>

/** Writes nothing, for `mode: plan`. */
export function previewOnly(plan: Plan): Promise<WriteResult> {
  const operation = changesOf(plan.entries).length === 0 ? 'none' : 'planned'
  return Promise.resolve(writeResult(plan, operation))
}

export function writeResult(
  plan: Plan,
  operation: Operation,
  details: Partial<Pick<WriteResult, 'commit' | 'pullRequest' | 'warning'>> = {},
): WriteResult {
  return {
    plan,
    operation,
    commit: undefined,
    pullRequest: undefined,
    warning: undefined,
    ...details,
  }
}

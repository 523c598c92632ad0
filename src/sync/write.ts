import {
  changesOf,
  type CommitReference,
  type Operation,
  type Plan,
  type PullRequestReference,
} from '../core/result.ts'

/** The result of writing a plan. */
export type Written = {
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
export type Write = (plan: Plan) => Promise<Written>

/** Writes nothing, for `mode: plan`. */
export function previewOnly(plan: Plan): Promise<Written> {
  const operation = changesOf(plan.entries).length === 0 ? 'none' : 'planned'
  return Promise.resolve(written(plan, operation))
}

export function written(
  plan: Plan,
  operation: Operation,
  details: Partial<Pick<Written, 'commit' | 'pullRequest' | 'warning'>> = {},
): Written {
  return {
    plan,
    operation,
    commit: undefined,
    pullRequest: undefined,
    warning: undefined,
    ...details,
  }
}

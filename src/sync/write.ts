import { editsOf, type Operation, type Plan, type SyncResult } from '../core/result.ts'

/** The result of writing a plan. */
export type WriteResult = Pick<SyncResult, 'operation' | 'commit' | 'pullRequest'> & {
  /** The plan that was written; an earlier one if the response to its write was lost. */
  readonly plan: Plan
  readonly warning: string | undefined
}

/**
 * Writes a plan, completely or not at all. A writer remembers what its earlier calls began, so one
 * writer serves all attempts of a sync.
 *
 * @throws GitHubError with reason `branch-moved` or `outcomeUnknown`: read and plan again.
 */
export type Write = (plan: Plan) => Promise<WriteResult>

/** Writes nothing, for `mode: plan`. */
export function previewOnly(plan: Plan): Promise<WriteResult> {
  return Promise.resolve(writeResult(plan, editsOf(plan).length === 0 ? 'none' : 'planned'))
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

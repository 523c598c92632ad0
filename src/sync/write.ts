import { editsOf, type Plan } from '../core/changes.ts'
import type { Corrections } from '../core/corrections.ts'
import type { Operation, SyncResult } from '../core/result.ts'
import type { Prose } from '../core/text/prose.ts'

/** The result of writing a plan. Its error is about what is still missing after the write. */
export type WriteResult = Pick<SyncResult, 'operation' | 'commit' | 'pullRequest' | 'error'> & {
  /** The plan that was written; an earlier one if the response to its write was lost. */
  readonly plan: Plan
  readonly warnings: readonly Prose[]
}

/**
 * Writes plans, each completely or not at all. A writer remembers what its earlier calls began, so
 * one writer serves all attempts of a sync.
 */
export type Writer = {
  /** @throws GitHubError with reason `branch-moved` or `outcomeUnknown`: read and plan again. */
  readonly write: (plan: Plan) => Promise<WriteResult>
  /**
   * Finds out whether a write that failed was carried out all the same: its response may have been
   * lost, or wrong. Undefined if it was not.
   */
  readonly settle: () => Promise<WriteResult | undefined>
  /** What the last pull request that was merged corrected, as far as it was read. */
  readonly corrections: () => Corrections | undefined
}

/** Writes nothing, for `mode: plan`. */
export const preview: Writer = {
  write: (plan) =>
    Promise.resolve(writeResult(plan, editsOf(plan).length === 0 ? 'none' : 'planned')),
  settle: () => Promise.resolve(undefined),
  corrections: () => undefined,
}

export function writeResult(
  plan: Plan,
  operation: Operation,
  details: Partial<Pick<WriteResult, 'commit' | 'pullRequest' | 'warnings' | 'error'>> = {},
): WriteResult {
  return {
    plan,
    operation,
    commit: undefined,
    pullRequest: undefined,
    warnings: [],
    error: undefined,
    ...details,
  }
}

import { ActionError, GitHubError, problemOf } from '../core/errors.ts'
import type { Problem } from '../core/problem.ts'
import type { PullRequest } from '../core/pull-request.ts'
import { prose, type Prose } from '../core/text/prose.ts'
import { branchMoved } from '../github/errors.ts'

/** What became of the requests that follow the actual write. */
export type Completion = {
  readonly warnings: readonly Prose[]
  /** Why something is still missing: the text of the pull request, or the job was cancelled. */
  readonly error: Problem | undefined
}

/** @throws GitHubError with reason `branch-moved`, because its closing says what to do now. */
export function requireOpen({ state }: PullRequest): void {
  if (state === 'closed') throw branchMoved(prose`while its pull request was updated`)
}

/**
 * The problem of a request that follows the actual write, which is reported together with it. The job
 * may have been cancelled, too: what was written stays written.
 *
 * @throws GitHubError with reason `branch-moved`.
 */
export async function problemUnlessMoved(request: Promise<unknown>): Promise<Problem | undefined> {
  try {
    await request
    return undefined
  } catch (error) {
    if (isMoved(error)) throw error
    return problemAfterWrite(error)
  }
}

/** Read and plan again: the state that the job began with is gone. */
export function isMoved(error: unknown): boolean {
  return error instanceof GitHubError && error.reason === 'branch-moved'
}

/** @throws what is not the action's own error: a bug. */
export function problemAfterWrite(error: unknown): Problem {
  if (!(error instanceof ActionError)) throw error
  return problemOf(error)
}

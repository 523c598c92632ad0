import type { Plan } from '../core/changes.ts'
import type {
  Head,
  PullRequest,
  PullRequestDecision,
  PullRequestState,
} from '../core/pull-request.ts'
import type { Operation, PullRequestReference } from '../core/result.ts'

/** A plan, the head branch with its pull requests, and what to do about them. */
export type Situation = {
  readonly plan: Plan
  /** Name of the head branch. */
  readonly name: string
  readonly state: PullRequestState
  readonly head: Head
  readonly decision: PullRequestDecision
}

/** What earlier attempts of a sync began; their responses may have been lost. */
export type Begun = {
  plan: Plan | undefined
  operation: Operation
  /** The pull request that is being closed. */
  closing: PullRequest | undefined
  /** Numbers of the pull requests that had been closed before. */
  closed: ReadonlySet<number>
}

export function referenceTo({ number, url }: PullRequest): PullRequestReference {
  return { number, url }
}

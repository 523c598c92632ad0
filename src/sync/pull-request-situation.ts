import type { Plan } from '../core/changes.ts'
import type {
  Head,
  PullRequest,
  PullRequestDecision,
  PullRequestState,
} from '../core/pull-request.ts'
import type { PullRequestReference } from '../core/result.ts'

/** A plan, the head branch with its pull requests, and what to do about them. */
export type Situation = {
  readonly plan: Plan
  /** Name of the head branch. */
  readonly name: string
  readonly state: PullRequestState
  readonly head: Head
  readonly decision: PullRequestDecision
}

/** What earlier attempts of a sync began, besides what its `Proposer` remembers. */
export type Begun = {
  plan: Plan | undefined
  /** The pull request that is being closed. */
  closing: PullRequest | undefined
  /** Numbers of the pull requests that had been closed before the first proposal; undefined before it. */
  closed: ReadonlySet<number> | undefined
}

export function referenceTo({ number, url }: PullRequest): PullRequestReference {
  return { number, url }
}

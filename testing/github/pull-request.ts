/** A pull request, which is kept in memory; its branches are in git. */
export type PullRequest = {
  readonly number: number
  readonly author: string
  readonly createdAt: string
  title: string
  body: string
  state: 'open' | 'closed'
  draft: boolean
  labels: string[]
  assignees: string[]
  /** Logins. */
  reviewers: string[]
  /** Slugs. */
  teamReviewers: string[]
  updatedAt: string
  closedAt: string | null
  mergedAt: string | null
  /** Commit that brought the changes into the base. */
  mergeCommit: string | null
  /** Commits that merging it made on the base, and its own if they became part of the base. */
  landedCommits: readonly string[]
  /** Name of the head branch. */
  readonly head: string
  headSha: string
  /** Owner of the repository with the head branch: of a fork, unless it is the repository's own. */
  readonly headOwner: string
  /** False once the fork was deleted. */
  headRepositoryExists: boolean
  readonly base: string
  /** The base's head when the head branch last moved, as GitHub keeps it. */
  baseSha: string
  /** Where the base was when it was last looked at. */
  seenBase: string
  /** Why GitHub closed it for good; undefined if it may be reopened. */
  sealed: 'no-commits' | undefined
  /** Label calls that still fail, because GitHub has not indexed it yet. */
  callsUntilIndexed: number
}

export type NewPullRequest = Pick<
  PullRequest,
  'number' | 'author' | 'title' | 'body' | 'head' | 'headSha' | 'headOwner' | 'base' | 'baseSha'
> &
  Partial<Pick<PullRequest, 'draft' | 'callsUntilIndexed'>>

export function newPullRequest(fields: NewPullRequest): PullRequest {
  const now = new Date().toISOString()
  return {
    draft: false,
    callsUntilIndexed: 0,
    ...fields,
    createdAt: now,
    updatedAt: now,
    state: 'open',
    labels: [],
    assignees: [],
    reviewers: [],
    teamReviewers: [],
    closedAt: null,
    mergedAt: null,
    mergeCommit: null,
    landedCommits: [],
    headRepositoryExists: true,
    seenBase: fields.baseSha,
    sealed: undefined,
  }
}

import { editsOf, type Plan } from './changes.ts'
import { planDigest, readOwnProposal, type ProposalRecord } from './proposal.ts'
import { readSection } from './pull-request-section.ts'

/** The user's settings for the pull request. */
export type PullRequestSettings = {
  /** Head branch; undefined: `mlflow-sync/<base>`. */
  readonly branch: string | undefined
  /** Template of the title; undefined: the commit's first line. */
  readonly title: string | undefined
  readonly labels: readonly string[]
  /** Users, and teams as `org/team`. */
  readonly reviewers: readonly string[]
}

/** Name of the head branch of pull requests into `base`. */
export function headBranchName(settings: PullRequestSettings, base: string): string {
  return settings.branch ?? `mlflow-sync/${base}`
}

/** The commit at the head of a branch. */
export type HeadCommit = {
  readonly sha: string
  readonly url: string
  readonly message: string
  /** Git's hash of its tree. */
  readonly tree: string
  /** Whether GitHub signed it. */
  readonly verified: boolean
  readonly parents: readonly CommitTree[]
}

export type CommitRange = { readonly from: string; readonly to: string }

export type CommitTree = { readonly sha: string; readonly tree: string }

export type PullRequest = {
  readonly number: number
  readonly url: string
  /** Name of the base branch. */
  readonly base: string
  readonly state: 'open' | 'closed'
  readonly merged: boolean
  /** Commit on the base branch that merged it; undefined if GitHub does not say. */
  readonly mergeCommit?: string | undefined
  readonly title: string
  readonly body: string
  /** Commit at the head of its branch, or where the branch was when it was closed. */
  readonly headSha: string
  readonly labels: readonly string[]
  /** Whether nothing has happened to it since it was opened. */
  readonly isUntouched: boolean
}

/** State of the head branch and its pull requests before a plan is proposed. */
export type PullRequestState = {
  /** Undefined if the branch does not exist. */
  readonly commit: HeadCommit | undefined
  /** The newest ones first, only those from this repository's head branch into this base branch. */
  readonly pullRequests: readonly PullRequest[]
  /** Those from the same branch into other base branches. */
  readonly elsewhere: readonly PullRequest[]
}

/** Whose the head branch is. */
export type Head =
  | { readonly kind: 'none' }
  /** The base branch has all of the action's proposal, so the branch can be used again. */
  | { readonly kind: 'merged'; readonly commit: HeadCommit }
  | OwnHead
  /** It has a commit that the action did not make, or (`isEmpty`) none that the base does not have. */
  | ForeignHead

export type ForeignHead = {
  readonly kind: 'foreign'
  readonly commit: HeadCommit
  readonly isEmpty: boolean
}

/** The head branch with nothing but the action's own proposal. */
export type OwnHead = {
  readonly kind: 'own'
  readonly commit: HeadCommit
  readonly proposal: ProposalRecord
  /** The commits between which the proposal's files differ, and no others. */
  readonly range: CommitRange
  /** Whether the base branch contains the commit that the proposal was made on. */
  readonly isCurrent: boolean
}

/** The record of a commit that is exactly as the action made it; undefined for any other commit. */
export function ownProposal({ message, tree, parents }: HeadCommit): ProposalRecord | undefined {
  const proposal = readOwnProposal(message)
  return parents.length === 1 && proposal?.tree === tree ? proposal : undefined
}

/** Whether the job that opened the pull request did not get as far as setting its labels. */
export function lacksLabels(
  { labels, isUntouched }: PullRequest,
  settings: PullRequestSettings,
): boolean {
  // GitHub spells a label as it was first written.
  const names = new Set(labels.map((name) => name.toLowerCase()))
  return isUntouched && settings.labels.some((name) => !names.has(name.toLowerCase()))
}

export function openPullRequest({ pullRequests }: PullRequestState): PullRequest | undefined {
  return pullRequests.find(({ state }) => state === 'open')
}

/** The pull request that merged the branch with all of its commits. */
export function mergedPullRequest(
  { sha }: HeadCommit,
  { pullRequests }: PullRequestState,
): PullRequest | undefined {
  return pullRequests.find(({ merged, headSha }) => merged && headSha === sha)
}

/**
 * Whether the branch is at the commit of one of the action's pull requests. A person may have merged it by
 * hand, or into another base branch. Without the action's text, the pull request may be a person's.
 */
export function wasProposed(
  { sha }: HeadCommit,
  { pullRequests, elsewhere }: PullRequestState,
): boolean {
  return [...pullRequests, ...elsewhere].some(
    ({ headSha, body }) => headSha === sha && readSection(body) !== undefined,
  )
}

/** Whether the head branch proposes exactly the changes of the plan. */
export function isUpToDate(head: Head, plan: Plan): head is OwnHead {
  return head.kind === 'own' && head.isCurrent && head.proposal.files === planDigest(plan)
}

/** What to do about the pull request. */
export type PullRequestDecision =
  /** Nothing is left to propose: close the open pull request and delete the head branch. */
  | { readonly kind: 'withdraw'; readonly open: PullRequest | undefined }
  /** The open pull request already proposes exactly these changes. */
  | { readonly kind: 'keep'; readonly open: PullRequest; readonly head: OwnHead }
  /** Open a pull request, or update the open one. */
  | { readonly kind: 'propose'; readonly open: PullRequest | undefined }

export function decidePullRequest(
  plan: Plan,
  state: PullRequestState,
  head: Head,
): PullRequestDecision {
  const open = openPullRequest(state)
  if (editsOf(plan).length === 0) return { kind: 'withdraw', open }
  if (open !== undefined && isUpToDate(head, plan)) return { kind: 'keep', open, head }
  return { kind: 'propose', open }
}

/** Whether a person closed a pull request without merging it. */
export function isRejected({ state, merged, body }: PullRequest): boolean {
  return state === 'closed' && !merged && readSection(body)?.withdrawn !== true
}

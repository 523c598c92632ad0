import type { CommitMessage } from '../core/message/commit.ts'
import {
  isUpToDate,
  markerFor,
  type PullRequest,
  type PullRequestState,
} from '../core/pull-request.ts'
import { markerComment } from '../core/pull-request-marker.ts'
import { changesOf, type ChangedEntry, type CommitReference, type Plan } from '../core/result.ts'
import { GitHubError } from '../core/errors.ts'
import type { Commit } from '../github/git-data.ts'
import type { PullRequestText } from '../github/pull-requests.ts'
import type { Repository } from '../github/repository.ts'
import { commitRequest } from './write-commit.ts'

export type ProposeOptions = {
  readonly repository: Repository
  readonly labels: readonly string[]
  readonly message: (changes: readonly ChangedEntry[]) => CommitMessage
  readonly title: (changes: readonly ChangedEntry[]) => string
  /** Text of the pull request, without the marker. */
  readonly describe: (plan: Plan, headBranch: string) => Promise<string>
}

/** A plan to propose, and the pull request's current state. */
export type Proposal = {
  readonly plan: Plan
  readonly state: PullRequestState
  /** Name of the head branch. */
  readonly head: string
  /** The pull request to update; undefined: open a new one. */
  readonly open: PullRequest | undefined
}

export type ProposalResult = {
  readonly pullRequest: PullRequest
  /** Undefined if the head branch was already at that commit. */
  readonly commit: CommitReference | undefined
  readonly warning: string | undefined
}

/**
 * Puts the plan on the head branch as one commit, and opens or updates the pull request.
 *
 * @param onCommit called with the commit's SHA before the branch moves to it, so that a later
 *   attempt recognises the commit.
 */
export async function propose(
  options: ProposeOptions,
  proposal: Proposal,
  onCommit: (sha: string) => void,
): Promise<ProposalResult> {
  const { pullRequests } = options.repository
  const { plan, state, head, open } = proposal
  const changes = changesOf(plan.entries)
  const commit = await commitFor(options, proposal)
  const sha = commit?.sha ?? state.head?.head ?? ''
  const text = {
    title: options.title(changes),
    body: `${await options.describe(plan, head)}\n\n${markerComment(markerFor(plan, state, sha))}`,
  }
  // Updated before the branch, so that the body names the head even if the job is killed in between.
  if (open !== undefined) await pullRequests.update(open.number, text)
  if (commit !== undefined) {
    onCommit(commit.sha)
    const { repositoryId } = plan.snapshot
    const from = state.head?.head
    await pullRequests.moveBranch({ repositoryId, branch: head, from, to: commit.sha })
  }
  const pullRequest = open ?? (await openOrCleanUp(options.repository, proposal, text, sha))
  const labelWarning = open === undefined ? await addLabels(options, pullRequest) : undefined
  return {
    pullRequest,
    commit: commit && { sha: commit.sha, url: commit.url },
    warning: commit?.verified === false ? unsignedWarning : labelWarning,
  }
}

const unsignedWarning =
  'The commit of the pull request is not signed by GitHub: for that use the workflow token or a GitHub App token'

/** The commit to propose; undefined if the head branch is already up to date. */
function commitFor(
  { repository, message }: ProposeOptions,
  { plan, state }: Proposal,
): Promise<Commit> | undefined {
  if (isUpToDate(state.head, plan)) return undefined
  return repository.createCommit(commitRequest(plan, message(changesOf(plan.entries))))
}

async function openOrCleanUp(
  { pullRequests }: Repository,
  { plan, state, head }: Proposal,
  text: PullRequestText,
  sha: string,
): Promise<PullRequest> {
  const { branch, repositoryId } = plan.snapshot
  try {
    return await pullRequests.open(branch, head, text)
  } catch (error) {
    if (!(error instanceof GitHubError) || error.outcomeUnknown) throw error
    if (error.reason === 'already-exists') {
      throw new GitHubError('another job opened the pull request', { reason: 'branch-moved' })
    }
    if (state.head === undefined) {
      // A branch that this sync created would be left behind without its pull request. If it cannot
      // be deleted, the reason for the missing pull request is still what matters.
      await pullRequests
        .moveBranch({ repositoryId, branch: head, from: sha, to: undefined })
        .catch(() => undefined)
    }
    throw error
  }
}

/** Returns a warning if the labels can't be set, because that should not fail the sync. */
async function addLabels(
  { repository, labels }: ProposeOptions,
  { number }: PullRequest,
): Promise<string | undefined> {
  if (labels.length === 0) return undefined
  try {
    await repository.pullRequests.addLabels(number, labels)
    return undefined
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    return `The labels could not be set on pull request #${number}: ${error.message}`
  }
}

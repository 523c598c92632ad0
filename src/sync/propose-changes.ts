import { GitHubError } from '../core/errors.ts'
import { headline } from '../core/message/commit.ts'
import { pullRequestBody } from '../core/message/pull-request.ts'
import { markerComment } from '../core/pull-request-marker.ts'
import {
  isUpToDate,
  markerFor,
  type PullRequest,
  type PullRequestSettings,
  type PullRequestState,
} from '../core/pull-request.ts'
import { changesOf, type CommitReference, type Plan } from '../core/result.ts'
import type { Commit } from '../github/git-data.ts'
import type { PullRequestText } from '../github/pull-requests.ts'
import type { Repository } from '../github/repository.ts'
import type { Registry } from '../mlflow/registry.ts'
import { readComparisons } from './read-comparisons.ts'
import { commitRequest } from './write-commit.ts'

export type ProposeOptions = {
  readonly repository: Repository
  readonly registry: Registry
  readonly settings: PullRequestSettings
  /** Template of the commit's first line; undefined: the default message. */
  readonly commitTemplate: string | undefined
  /** Base URL of MLflow's UI. */
  readonly uiUrl: string
  /** GitHub's web address. */
  readonly serverUrl: string
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
  const { state, head, open } = proposal
  const commit = await commitFor(options, proposal)
  const sha = commit?.sha ?? state.head?.head ?? ''
  const text = await writeText(options, proposal, sha)
  // Updated before the branch, so that the body names the head even if the job is killed in between.
  if (open !== undefined) await pullRequests.update(open.number, text)
  if (commit !== undefined) {
    onCommit(commit.sha)
    await pullRequests.moveBranch({ branch: head, from: state.head?.head, to: commit.sha })
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
  { repository, commitTemplate }: ProposeOptions,
  { plan, state }: Proposal,
): Promise<Commit> | undefined {
  if (isUpToDate(state.head, plan)) return undefined
  return repository.createCommit(commitRequest(plan, commitTemplate))
}

/** Title and body of the pull request; the body ends with the marker for `sha`. */
async function writeText(
  { registry, settings, commitTemplate, uiUrl, serverUrl }: ProposeOptions,
  { plan, state, head }: Proposal,
  sha: string,
): Promise<PullRequestText> {
  const { repository, branch } = plan.snapshot
  const changes = changesOf(plan.entries)
  const details = await readComparisons(registry, changes)
  const body = pullRequestBody(changes, {
    uiUrl,
    serverUrl,
    repository,
    branch,
    fileRef: head,
    details,
  })
  return {
    title: headline(changes, settings.title ?? commitTemplate),
    body: `${body}\n\n${markerComment(markerFor(plan, state, sha))}`,
  }
}

async function openOrCleanUp(
  { pullRequests }: Repository,
  { plan, state, head }: Proposal,
  text: PullRequestText,
  sha: string,
): Promise<PullRequest> {
  try {
    return await pullRequests.open(plan.snapshot.branch, head, text)
  } catch (error) {
    if (!(error instanceof GitHubError) || error.outcomeUnknown) throw error
    if (error.reason === 'already-exists') {
      throw new GitHubError('another job opened the pull request', { reason: 'branch-moved' })
    }
    if (state.head === undefined) {
      // A branch that this sync created would be left behind without its pull request. If it cannot
      // be deleted, the reason for the missing pull request is still what matters.
      await pullRequests
        .moveBranch({ branch: head, from: sha, to: undefined })
        .catch(() => undefined)
    }
    throw error
  }
}

/** Returns a warning if the labels can't be set, because that should not fail the sync. */
async function addLabels(
  { repository, settings: { labels } }: ProposeOptions,
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

import {
  changesOf,
  type ChangedEntry,
  type CommitReference,
  type Operation,
} from '../core/result.ts'
import { markerComment, readMarker, replaceMarker } from '../core/proposal-marker.ts'
import { GitHubError, SyncError } from '../errors.ts'
import type { BlobReader } from '../github/blobs.ts'
import type { GitHubClient } from '../github/client.ts'
import { createCommit } from '../github/git-data.ts'
import {
  addLabels,
  createPullRequest,
  readProposal,
  updatePullRequest,
  type ProposalBranch,
  type PullRequest,
} from '../github/proposal.ts'
import { moveBranch } from '../github/refs.ts'
import { commitRequest } from './commit-writer.ts'
import { anchorOf } from './directory.ts'
import { closedByPerson, isOurs, isUpToDate, markerFor, type Situation } from './proposal-state.ts'
import { written, type PlannedSync, type Written } from './sync.ts'

export type PullRequestWriterOptions = {
  readonly client: GitHubClient
  readonly blobs: BlobReader
  /** Head branch; undefined: `mlflow-sync/<base>`. */
  readonly branch: string | undefined
  readonly labels: readonly string[]
  readonly message: (changes: readonly ChangedEntry[]) => { headline: string; body: string }
  readonly title: (changes: readonly ChangedEntry[]) => string
  /** Text of the pull request, without the marker. */
  readonly describe: (planned: PlannedSync, headBranch: string) => Promise<string>
}

/**
 * Keeps one pull request that says what the branch lacks: its head branch is always the base's head
 * plus one commit. What it must remember stands in the pull requests' bodies.
 */
export function createPullRequestWriter(
  options: PullRequestWriterOptions,
): (planned: PlannedSync) => Promise<Written> {
  const { client, blobs } = options
  const made = new Set<string>()
  /** What an earlier attempt was about to do when an answer was lost. */
  let begun: Operation | undefined

  return async (planned) => {
    const { snapshot, plan } = planned
    const head = options.branch ?? `mlflow-sync/${snapshot.branch}`
    if (head === snapshot.branch) {
      throw new SyncError(`pull-request-branch is the branch ${head} itself`, {
        advice: 'Give the pull request a branch of its own.',
      })
    }
    const proposal = await readProposal(client, snapshot, head)
    const open = proposal.pullRequests.find(({ state }) => state === 'open')
    const situation: Situation = { planned, proposal, head, open, made }
    if (proposal.branch !== undefined && !(await isOurs(client, situation, proposal.branch))) {
      throw foreignCommit(head, open)
    }
    if (changesOf(plan.entries).length === 0) return withdraw(client, situation)
    if (open !== undefined && isUpToDate(proposal.branch, planned)) {
      return written(planned, begun ?? 'none', {
        pullRequest: reference(open),
        commit: begun === undefined ? undefined : commitOf(proposal.branch),
      })
    }
    const refused = open === undefined ? closedByPerson(proposal, planned) : undefined
    if (refused !== undefined) {
      return written(planned, 'none', {
        pullRequest: reference(refused),
        warning: `Pull request #${refused.number} with these very changes was closed unmerged: it is not opened again. Reopen it, or let a new change come.`,
      })
    }
    if (planned.anchored === undefined && !(await blobs.confirm(anchorOf(snapshot)))) {
      return { kind: 'again', why: 'the branch moved while it was read' }
    }
    begun = open === undefined ? 'pull-request-created' : 'pull-request-updated'
    return propose(options, situation, (sha) => made.add(sha))
  }
}

function commitOf(branch: ProposalBranch | undefined): CommitReference | undefined {
  return branch && { sha: branch.head, url: branch.url }
}

function reference({ number, url }: PullRequest) {
  return { number, url }
}

function foreignCommit(head: string, open: PullRequest | undefined): SyncError {
  return new SyncError(
    `Branch ${head} has a commit that the action did not make, and is left as it is`,
    {
      advice: `${open === undefined ? '' : `Merge or close pull request #${open.number} (${open.url}), or `}move that commit elsewhere and delete the branch ${head}; the next sync then proposes again.`,
    },
  )
}

/** Nothing is left to propose. */
async function withdraw(client: GitHubClient, situation: Situation): Promise<Written> {
  const { planned, proposal, head, open } = situation
  const { repository } = planned.snapshot
  if (open !== undefined) {
    const marker = readMarker(open.body) ?? { digest: '', heads: [] }
    await updatePullRequest(client, repository, open.number, {
      body: replaceMarker(open.body, { ...marker, withdrawn: true }),
      state: 'closed',
    })
  }
  if (proposal.branch !== undefined) {
    const moved = await moveBranch(client, {
      repositoryId: proposal.repositoryId,
      repository,
      branch: head,
      from: proposal.branch.head,
      to: undefined,
    })
    if (!moved) return { kind: 'again', why: `branch ${head} moved` }
  }
  return open === undefined
    ? written(planned, 'none')
    : written(planned, 'pull-request-closed', { pullRequest: reference(open) })
}

async function propose(
  options: PullRequestWriterOptions,
  situation: Situation,
  onCommit: (sha: string) => void,
): Promise<Written> {
  const { client } = options
  const { planned, proposal, head, open } = situation
  const { plan, snapshot } = planned
  const changes = changesOf(plan.entries)
  const commit = isUpToDate(proposal.branch, planned)
    ? undefined
    : await createCommit(client, commitRequest(planned, options.message(changes)))
  const sha = commit?.sha ?? proposal.branch?.head ?? ''
  const text = {
    title: options.title(changes),
    body: `${await options.describe(planned, head)}\n\n${markerComment(markerFor(situation, sha))}`,
  }
  // The body first: a job killed here leaves a branch whose head the body still knows.
  if (open !== undefined) await updatePullRequest(client, snapshot.repository, open.number, text)
  if (commit !== undefined) {
    onCommit(commit.sha)
    const moved = await tryMove(client, {
      repositoryId: proposal.repositoryId,
      repository: snapshot.repository,
      branch: head,
      from: proposal.branch?.head,
      to: commit.sha,
    })
    if (!moved) return { kind: 'again', why: `branch ${head} moved` }
  }
  const opened = open ?? (await openPullRequest(options, situation, text, sha))
  if (opened === undefined) return { kind: 'again', why: 'another job opened the pull request' }
  const unlabelled =
    open === undefined ? await label(options, snapshot.repository, opened) : undefined
  return written(planned, open === undefined ? 'pull-request-created' : 'pull-request-updated', {
    pullRequest: reference(opened),
    commit: commit === undefined ? commitOf(proposal.branch) : { sha, url: commit.url },
    warning: commit?.verified === false ? unsigned : unlabelled,
  })
}

/** A lost answer is settled by reading again, like a branch that moved. */
async function tryMove(...args: Parameters<typeof moveBranch>): Promise<boolean> {
  try {
    return await moveBranch(...args)
  } catch (error) {
    if (error instanceof GitHubError && error.outcomeUnknown) return false
    throw error
  }
}

const unsigned =
  'The commit of the pull request is not signed by GitHub: for that use the workflow token or a GitHub App token'

/** @returns undefined when another job was faster. */
async function openPullRequest(
  options: PullRequestWriterOptions,
  { planned, proposal, head }: Situation,
  text: { title: string; body: string },
  sha: string,
): Promise<PullRequest | undefined> {
  const { client } = options
  const { snapshot } = planned
  try {
    return await createPullRequest(client, snapshot, head, text)
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    if (error.outcomeUnknown || /already exists/i.test(error.message)) return undefined
    // Without its pull request the branch would only be litter.
    if (proposal.branch === undefined) {
      const { repositoryId } = proposal
      const { repository } = snapshot
      await moveBranch(client, { repositoryId, repository, branch: head, from: sha, to: undefined })
    }
    throw error
  }
}

/** A label that can't be set is not worth a failed sync: the answer is a warning. */
async function label(
  { client, labels }: PullRequestWriterOptions,
  repository: string,
  { number }: PullRequest,
): Promise<string | undefined> {
  if (labels.length === 0) return undefined
  try {
    await addLabels(client, repository, number, labels)
    return undefined
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    return `The labels could not be set on pull request #${number}: ${error.message}`
  }
}

import type { CommitMessage } from '../core/message/commit.ts'
import { markerComment, readMarker, replaceMarker } from '../core/pull-request-marker.ts'
import {
  decidePullRequest,
  isRecognised,
  isUpToDate,
  markerFor,
  openPullRequest,
  type HeadBranch,
  type PullRequest,
  type PullRequestState,
} from '../core/pull-request.ts'
import {
  changesOf,
  type ChangedEntry,
  type CommitReference,
  type Operation,
  type Plan,
  type PullRequestReference,
} from '../core/result.ts'
import { GitHubError, SyncError } from '../errors.ts'
import type { Commit } from '../github/commit.ts'
import type { Repository } from '../github/repository.ts'
import { commitRequest } from './write-commit.ts'
import { written, type Write, type Written } from './write.ts'

export type PullRequestWriterOptions = {
  readonly repository: Repository
  /** Head branch; undefined: `mlflow-sync/<base>`. */
  readonly branch: string | undefined
  readonly labels: readonly string[]
  readonly message: (changes: readonly ChangedEntry[]) => CommitMessage
  readonly title: (changes: readonly ChangedEntry[]) => string
  /** Text of the pull request, without the marker. */
  readonly describe: (plan: Plan, headBranch: string) => Promise<string>
}

/** A plan, and what is there to propose it. */
type Proposal = {
  readonly plan: Plan
  readonly state: PullRequestState
  /** Name of the head branch. */
  readonly head: string
}

/**
 * Keeps one pull request that says what the branch lacks: its head branch is always the base's head
 * plus one commit. What must be remembered is stored in the pull requests' bodies.
 */
export function createPullRequestWriter(options: PullRequestWriterOptions): Write {
  const { repository } = options
  const madeByThisJob = new Set<string>()
  /** What an earlier attempt was about to do when a response was lost. */
  let begun: Operation | undefined

  return async (plan) => {
    const { snapshot } = plan
    const head = options.branch ?? `mlflow-sync/${snapshot.branch}`
    if (head === snapshot.branch) {
      throw new SyncError(`pull-request-branch is the branch ${head} itself`, {
        advice: 'Give the pull request a branch of its own.',
      })
    }
    const state = await repository.pullRequests.read(snapshot, head)
    const proposal: Proposal = { plan, state, head }
    await refuseForeignCommits(repository, proposal, madeByThisJob)
    const decision = decidePullRequest(plan, state)
    switch (decision.kind) {
      case 'withdraw':
        return withdraw(repository, proposal, decision.open)
      case 'keep':
        return written(plan, begun ?? 'none', {
          pullRequest: referenceTo(decision.open),
          commit: begun === undefined ? undefined : commitOf(state.head),
        })
      case 'respect-rejection':
        return written(plan, 'none', {
          pullRequest: referenceTo(decision.rejected),
          warning: rejected(decision.rejected),
        })
      case 'propose':
        await repository.confirm(snapshot)
        begun = decision.open === undefined ? 'pull-request-created' : 'pull-request-updated'
        return propose(options, proposal, decision.open, (sha) => madeByThisJob.add(sha))
    }
  }
}

async function refuseForeignCommits(
  { pullRequests }: Repository,
  { plan, state, head }: Proposal,
  madeByThisJob: ReadonlySet<string>,
): Promise<void> {
  const { snapshot } = plan
  if (state.head === undefined) return
  if (isRecognised(state, state.head, snapshot, madeByThisJob)) return
  if ((await pullRequests.commitsAhead(snapshot.branch, head)) === 0) return
  const open = openPullRequest(state)
  throw new SyncError(
    `Branch ${head} has a commit that the action did not make, and is left as it is`,
    {
      advice: `${open === undefined ? '' : `Merge or close pull request #${open.number} (${open.url}), or `}move that commit elsewhere and delete the branch ${head}; the next sync then proposes again.`,
    },
  )
}

function commitOf(head: HeadBranch | undefined): CommitReference | undefined {
  return head && { sha: head.head, url: head.url }
}

function referenceTo({ number, url }: PullRequest): PullRequestReference {
  return { number, url }
}

function rejected({ number }: PullRequest): string {
  return `Pull request #${number} with these very changes was closed unmerged: it is not opened again. Reopen it, or let a new change come.`
}

/** Nothing is left to propose. */
async function withdraw(
  { pullRequests }: Repository,
  { plan, state, head }: Proposal,
  open: PullRequest | undefined,
): Promise<Written> {
  if (open !== undefined) {
    const marker = readMarker(open.body) ?? { digest: '', heads: [] }
    await pullRequests.update(open.number, {
      body: replaceMarker(open.body, { ...marker, withdrawn: true }),
      state: 'closed',
    })
  }
  if (state.head !== undefined) {
    const { repositoryId } = plan.snapshot
    const from = state.head.head
    await pullRequests.moveBranch({ repositoryId, branch: head, from, to: undefined })
  }
  return open === undefined
    ? written(plan, 'none')
    : written(plan, 'pull-request-closed', { pullRequest: referenceTo(open) })
}

async function propose(
  options: PullRequestWriterOptions,
  proposal: Proposal,
  open: PullRequest | undefined,
  onCommit: (sha: string) => void,
): Promise<Written> {
  const { pullRequests } = options.repository
  const { plan, state, head } = proposal
  const changes = changesOf(plan.entries)
  const commit = await commitFor(options, proposal)
  const sha = commit?.sha ?? state.head?.head ?? ''
  const text = {
    title: options.title(changes),
    body: `${await options.describe(plan, head)}\n\n${markerComment(markerFor(plan, state, sha))}`,
  }
  // The body first: a job killed here leaves a branch whose head the body still knows.
  if (open !== undefined) await pullRequests.update(open.number, text)
  if (commit !== undefined) {
    onCommit(commit.sha)
    const { repositoryId } = plan.snapshot
    const from = state.head?.head
    await pullRequests.moveBranch({ repositoryId, branch: head, from, to: commit.sha })
  }
  const opened = open ?? (await openOrCleanUp(options.repository, proposal, text, sha))
  const unlabelled = open === undefined ? await label(options, opened) : undefined
  return written(plan, open === undefined ? 'pull-request-created' : 'pull-request-updated', {
    pullRequest: referenceTo(opened),
    commit: commit === undefined ? commitOf(state.head) : { sha, url: commit.url },
    warning: commit?.verified === false ? unsigned : unlabelled,
  })
}

/** The commit to propose; undefined when the head branch already is that commit. */
function commitFor(
  { repository, message }: PullRequestWriterOptions,
  { plan, state }: Proposal,
): Promise<Commit> | undefined {
  if (isUpToDate(state.head, plan)) return undefined
  return repository.createCommit(commitRequest(plan, message(changesOf(plan.entries))))
}

const unsigned =
  'The commit of the pull request is not signed by GitHub: for that use the workflow token or a GitHub App token'

async function openOrCleanUp(
  { pullRequests }: Repository,
  { plan, state, head }: Proposal,
  text: { title: string; body: string },
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
    // Without its pull request the branch would only be litter.
    if (state.head === undefined) {
      await pullRequests.moveBranch({ repositoryId, branch: head, from: sha, to: undefined })
    }
    throw error
  }
}

/** A label that can't be set is not worth a failed sync: it is a warning. */
async function label(
  { repository, labels }: PullRequestWriterOptions,
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

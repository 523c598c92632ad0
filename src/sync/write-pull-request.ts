import { SyncError } from '../core/errors.ts'
import { readMarker, replaceMarker } from '../core/pull-request-marker.ts'
import {
  decidePullRequest,
  isRecognised,
  openPullRequest,
  type HeadBranch,
  type PullRequest,
  type PullRequestState,
} from '../core/pull-request.ts'
import type { CommitReference, Operation, Plan, PullRequestReference } from '../core/result.ts'
import type { Repository } from '../github/repository.ts'
import { propose, type ProposeOptions } from './propose-changes.ts'
import { writeResult, type Write } from './write.ts'

/**
 * Returns a writer that proposes all changes in one pull request, whose head branch is the base's
 * head plus one commit. State that later syncs need is stored in the bodies of the pull requests.
 */
export function createPullRequestWriter(options: ProposeOptions): Write {
  const { repository, settings } = options
  const ownCommits = new Set<string>()
  /** What an earlier attempt was doing when a response was lost. */
  let unfinished: Operation | undefined
  let closed: PullRequest | undefined

  return async (plan) => {
    const { snapshot } = plan
    const head = settings.branch ?? `mlflow-sync/${snapshot.branch}`
    if (head === snapshot.branch) {
      throw new SyncError(`pull-request-branch is the branch ${head} itself`, {
        advice: 'Give the pull request a branch of its own.',
      })
    }
    const state = await repository.pullRequests.read(snapshot, head)
    await rejectForeignCommits(repository, plan, state, ownCommits)
    const decision = decidePullRequest(plan, state)
    switch (decision.kind) {
      case 'withdraw':
        closed = decision.open ?? closed
        await withdraw(repository, state, decision.open)
        return closed === undefined
          ? writeResult(plan, 'none')
          : writeResult(plan, 'pull-request-closed', { pullRequest: referenceTo(closed) })
      case 'keep':
        return writeResult(plan, unfinished ?? 'none', {
          pullRequest: referenceTo(decision.open),
          commit: unfinished === undefined ? undefined : commitOf(state.head),
        })
      case 'respect-rejection':
        return writeResult(plan, 'none', {
          pullRequest: referenceTo(decision.rejected),
          warning: `Pull request #${decision.rejected.number} proposed the same changes and was closed without merging, so it was not reopened. Reopen it yourself, or wait for a new change.`,
        })
      case 'propose': {
        const { open } = decision
        await repository.confirm(snapshot)
        unfinished = open === undefined ? 'pull-request-created' : 'pull-request-updated'
        const { pullRequest, commit, warning } = await propose(
          options,
          { plan, state, head, open },
          (sha) => ownCommits.add(sha),
        )
        return writeResult(plan, unfinished, {
          pullRequest: referenceTo(pullRequest),
          commit: commit ?? commitOf(state.head),
          warning,
        })
      }
    }
  }
}

/** @throws SyncError if the head branch has a commit that the action did not make. */
async function rejectForeignCommits(
  { pullRequests }: Repository,
  { snapshot }: Plan,
  state: PullRequestState,
  ownCommits: ReadonlySet<string>,
): Promise<void> {
  const { head } = state
  if (head === undefined || isRecognised(state, head, snapshot, ownCommits)) return
  if ((await pullRequests.commitsAhead(snapshot.branch, head.name)) === 0) return
  const open = openPullRequest(state)
  const closeIt =
    open === undefined ? '' : `Merge or close pull request #${open.number} (${open.url}), or `
  throw new SyncError(
    `Branch ${head.name} has a commit that the action did not make, so it was left unchanged`,
    {
      advice: `${closeIt}move that commit elsewhere and delete the branch ${head.name}; the next sync then proposes again.`,
    },
  )
}

function commitOf(head: HeadBranch | undefined): CommitReference | undefined {
  return head && { sha: head.head, url: head.url }
}

function referenceTo({ number, url }: PullRequest): PullRequestReference {
  return { number, url }
}

/** Closes the pull request and deletes its head branch: nothing is left to propose. */
async function withdraw(
  { pullRequests }: Repository,
  { head }: PullRequestState,
  open: PullRequest | undefined,
): Promise<void> {
  if (open !== undefined) {
    const marker = readMarker(open.body) ?? { digest: '', heads: [] }
    await pullRequests.update(open.number, {
      body: replaceMarker(open.body, { ...marker, withdrawn: true }),
      state: 'closed',
    })
  }
  if (head !== undefined) {
    await pullRequests.moveBranch({ branch: head.name, from: head.head, to: undefined })
  }
}

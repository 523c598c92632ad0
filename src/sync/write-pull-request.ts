import { GitHubError, SyncError } from '../core/errors.ts'
import { filesDigest, proposedFiles } from '../core/proposal.ts'
import { markWithdrawn, readSection } from '../core/pull-request-section.ts'
import {
  decidePullRequest,
  headBranchName,
  type Head,
  type OwnHead,
  type PullRequest,
  type PullRequestDecision,
  type PullRequestState,
} from '../core/pull-request.ts'
import { isChange, type Operation, type Plan, type PullRequestReference } from '../core/result.ts'
import type { Repository } from '../github/repository.ts'
import { findRejectedPullRequest } from './find-rejection.ts'
import { identifyHead } from './identify-head.ts'
import { createProposer, type Proposer, type ProposeOptions } from './propose-changes.ts'
import { rejectForeignHead, rejectOtherTargets } from './reject-head.ts'
import { writeResult, type Writer, type WriteResult } from './write.ts'

/** A plan, the head branch with its pull requests, and what to do about them. */
type Situation = {
  readonly plan: Plan
  /** Name of the head branch. */
  readonly name: string
  readonly state: PullRequestState
  readonly head: Head
  readonly decision: PullRequestDecision
}

/**
 * Returns a writer that proposes all changes in one pull request. When it is written, its head branch
 * is the base's head plus one commit, which says what it proposes; there is no other state.
 */
export function createPullRequestWriter(options: ProposeOptions): Writer {
  const proposer = createProposer(options)
  /** What earlier attempts began; their responses may have been lost. */
  const begun: Begun = { operation: 'none', closing: undefined, plan: undefined }

  return {
    write: async (plan) => {
      begun.plan = plan
      const situation = await assess(options, plan)
      const finished = await finish(proposer, situation, begun)
      if (finished !== undefined) return finished
      return situation.decision.kind === 'withdraw'
        ? withdraw(options, situation, begun)
        : propose(options, proposer, situation, begun)
    },
    settle: async () => {
      const hasBegun = begun.operation !== 'none' || begun.closing !== undefined
      if (begun.plan === undefined || !hasBegun) return undefined
      return finish(proposer, await assess(options, begun.plan), begun)
    },
  }
}

type Begun = {
  operation: Operation
  closing: PullRequest | undefined
  plan: Plan | undefined
}

async function assess({ repository, settings }: ProposeOptions, plan: Plan): Promise<Situation> {
  const { snapshot } = plan
  const name = headBranchName(settings, snapshot.branch)
  if (name === snapshot.branch) {
    throw new SyncError(`pull-request-branch is the branch ${name} itself`, {
      advice: 'Give the pull request a branch of its own.',
    })
  }
  const state = await repository.pullRequests.read(snapshot, name)
  const head = await identifyHead(repository, snapshot, state)
  return { plan, name, state, head, decision: decidePullRequest(plan, state, head) }
}

/** The result if everything is as the plan wants it; otherwise undefined. */
async function finish(
  proposer: Proposer,
  { plan, name, head, decision }: Situation,
  begun: Begun,
): Promise<WriteResult | undefined> {
  if (decision.kind === 'keep') return keep(proposer, plan, name, decision, begun.operation)
  if (decision.kind !== 'withdraw' || decision.open !== undefined) return undefined
  if (head.kind === 'own' || head.kind === 'merged') return undefined
  return withdrawn(plan, begun)
}

/** Completes what an earlier attempt, or a job that was killed, left unfinished: text and labels. */
async function keep(
  proposer: Proposer,
  plan: Plan,
  name: string,
  { open, head }: { readonly open: PullRequest; readonly head: OwnHead },
  begun: Operation,
): Promise<WriteResult> {
  const section = readSection(open.body)
  const isOutdated = section !== undefined && section.files !== head.proposal.files
  const needsText = isOutdated || section?.withdrawn === true
  if (needsText) await proposer.updateText(plan, name, open)
  const warning = begun === 'pull-request-created' ? await proposer.addLabels(open) : undefined
  const operation = begun === 'none' && needsText ? 'pull-request-updated' : begun
  const { sha, url } = head.commit
  return writeResult(operation === 'none' ? waitingIn(plan, open) : plan, operation, {
    pullRequest: referenceTo(open),
    commit: { sha, url },
    warning,
  })
}

/** The plan, with a reason for each change that waits to be merged. */
function waitingIn(plan: Plan, { number }: PullRequest): Plan {
  const waiting = `waits in pull request #${number}`
  return {
    ...plan,
    entries: plan.entries.map((entry) =>
      isChange(entry)
        ? { ...entry, reason: entry.reason === null ? waiting : `${entry.reason}; ${waiting}` }
        : entry,
    ),
  }
}

/**
 * Nothing is left to propose. The branch is deleted first, because that fails if a person has just
 * pushed to it; GitHub closes the pull request then, but not at once.
 */
async function withdraw(
  { repository, targets }: ProposeOptions,
  { plan, name, head, decision: { open } }: Situation,
  begun: Begun,
): Promise<WriteResult> {
  if (head.kind === 'foreign') throw rejectForeignHead(name, head, open)
  if (head.kind === 'own') await rejectOtherTargets(repository, plan, targets, { name, head, open })
  begun.closing = open ?? begun.closing
  if (open !== undefined) {
    await repository.pullRequests.update(open.number, { body: markWithdrawn(open.body) })
  }
  const warning =
    head.kind === 'none' ? undefined : await deleteBranch(repository, name, head.commit.sha)
  if (open !== undefined) await repository.pullRequests.update(open.number, { state: 'closed' })
  return withdrawn(plan, begun, warning)
}

function withdrawn(plan: Plan, { closing }: Begun, warning?: string): WriteResult {
  return closing === undefined
    ? writeResult(plan, 'none', { warning })
    : writeResult(plan, 'pull-request-closed', { pullRequest: referenceTo(closing), warning })
}

/** Returns a warning if GitHub refuses: a branch that stays does no harm. */
async function deleteBranch(
  repository: Repository,
  branch: string,
  from: string,
): Promise<string | undefined> {
  try {
    await repository.moveHeadBranch({ branch, from, to: undefined })
    return undefined
  } catch (error) {
    const isRefused =
      error instanceof GitHubError && error.reason !== 'branch-moved' && !error.outcomeUnknown
    if (!isRefused) throw error
    return `The branch ${branch} could not be deleted: ${error.message}`
  }
}

async function propose(
  options: ProposeOptions,
  proposer: Proposer,
  { plan, name, state, head, decision: { open } }: Situation,
  begun: Begun,
): Promise<WriteResult> {
  const { repository, targets } = options
  if (open === undefined) {
    const rejected = await findRejectedPullRequest(repository, plan, name, state)
    if (rejected !== undefined) {
      return writeResult(plan, 'none', {
        pullRequest: referenceTo(rejected),
        warning: `Pull request #${rejected.number} proposed the same changes and was closed without merging, so it was not reopened. Reopen it yourself, or wait for a new change.`,
      })
    }
  }
  if (head.kind === 'foreign') throw rejectForeignHead(name, head, open)
  if (head.kind === 'own' && head.proposal.files !== filesDigest(proposedFiles(plan))) {
    await rejectOtherTargets(repository, plan, targets, { name, head, open })
  }
  await repository.confirm(plan.snapshot)
  begun.operation = open === undefined ? 'pull-request-created' : 'pull-request-updated'
  try {
    const { pullRequest, commit, warning } = await proposer.propose(plan, { name, head, open })
    const reference = referenceTo(pullRequest)
    return writeResult(plan, begun.operation, { pullRequest: reference, commit, warning })
  } catch (error) {
    // Another job opened the pull request, unless an earlier response was lost.
    if (error instanceof GitHubError && error.reason === 'already-exists') {
      begun.operation = 'none'
      throw new GitHubError('another job opened the pull request', { reason: 'branch-moved' })
    }
    throw error
  }
}

function referenceTo({ number, url }: PullRequest): PullRequestReference {
  return { number, url }
}

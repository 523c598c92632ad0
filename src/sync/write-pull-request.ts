import type { Plan } from '../core/changes.ts'
import { mergedCorrections, type Corrections } from '../core/corrections.ts'
import { GitHubError, SyncError } from '../core/errors.ts'
import { planDigest } from '../core/proposal.ts'
import { decidePullRequest, headBranchName, isUpToDate } from '../core/pull-request.ts'
import { prose } from '../core/text/prose.ts'
import { identifyHead } from './identify-head.ts'
import { keep, leave } from './keep-pull-request.ts'
import { rejectOtherJobs } from './other-jobs.ts'
import { referenceTo, type Begun, type Situation } from './pull-request-situation.ts'
import { endedBefore, isClosed, landedBefore } from './earlier-attempts.ts'
import type { ProposeOptions } from './proposal-parts.ts'
import { createProposer, type Proposer } from './propose-changes.ts'
import { findOtherPullRequest } from './reject-head.ts'
import { findRejectedPlan, type RejectedPlan } from './respect-rejection.ts'
import { describeUndecided, findUndecided, type Undecided } from './undecided.ts'
import { forgetMerged, stopAtForeignHead, withdraw, withdrawn } from './withdraw-pull-request.ts'
import { writeResult, type Writer, type WriteResult } from './write.ts'

/**
 * Returns a writer that proposes all changes in one pull request. When it is written, its head branch
 * is the base's head plus one commit, which says what it proposes; there is no other state.
 */
export function createPullRequestWriter(options: ProposeOptions): Writer {
  const { pullRequests } = options.repository
  const proposer = createProposer(options)
  /** What earlier attempts began; their responses may have been lost. */
  const begun: Begun = { closing: undefined, plan: undefined, closed: undefined }
  let corrections: Corrections | undefined
  const assessNow = async (plan: Plan): Promise<Situation> => {
    const situation = await assess(options, plan)
    corrections = mergedCorrections(situation.state)
    await forgetMerged(options.repository, situation, begun)
    return situation
  }

  return {
    write: async (plan) => {
      begun.plan = plan
      const situation = await assessNow(plan)
      const finished =
        (await endedBefore(pullRequests, proposer, situation, begun)) ??
        (await finish(proposer, situation, begun))
      if (finished !== undefined) return finished
      const rejected = await findRejectedPlan(options, situation)
      return rejected === undefined
        ? carryOut(options, proposer, situation, begun)
        : writeRest(options, proposer, situation, begun, rejected)
    },
    settle: async () => {
      const hasBegun = !proposer.made.isEmpty() || begun.closing !== undefined
      if (begun.plan === undefined || !hasBegun) return undefined
      const situation = await assessNow(begun.plan)
      return (
        (await endedBefore(pullRequests, proposer, situation, begun)) ??
        (await finish(proposer, situation, begun)) ??
        (await landedBefore(pullRequests, proposer, situation))
      )
    },
    corrections: () => corrections,
  }
}

async function assess({ repository, settings }: ProposeOptions, plan: Plan): Promise<Situation> {
  const { snapshot } = plan
  const name = headBranchName(settings, snapshot.branch)
  if (name === snapshot.branch) {
    throw new SyncError(prose`\`pull-request-branch\` is the branch \`${name}\` itself`, {
      advice: prose`Set \`pull-request-branch\` to another name.`,
    })
  }
  const state = await repository.pullRequests.read(snapshot, name)
  const head = await identifyHead(repository, snapshot, state)
  return { plan, name, state, head, decision: decidePullRequest(plan, state, head) }
}

/** The result if everything is as the plan wants it; otherwise undefined. */
async function finish(
  proposer: Proposer,
  situation: Situation,
  begun: Begun,
): Promise<WriteResult | undefined> {
  const { plan, head, decision } = situation
  if (decision.kind === 'keep') return keep(proposer, situation, decision)
  if (decision.kind !== 'withdraw' || decision.open !== undefined) return undefined
  if (head.kind === 'own' || head.kind === 'merged') return undefined
  return withdrawn(plan, begun)
}

function carryOut(
  options: ProposeOptions,
  proposer: Proposer,
  situation: Situation,
  begun: Begun,
): Promise<WriteResult> {
  return situation.decision.kind === 'withdraw'
    ? withdraw(options, proposer, situation, begun)
    : propose(options, proposer, situation, begun)
}

/** Proposes what is left of a plan without the changes that a person rejected. */
async function writeRest(
  options: ProposeOptions,
  proposer: Proposer,
  { state, head, ...situation }: Situation,
  begun: Begun,
  { plan, pullRequest, warning }: RejectedPlan,
): Promise<WriteResult> {
  const rest = { ...situation, state, head, plan, decision: decidePullRequest(plan, state, head) }
  if (rest.decision.kind === 'withdraw' && rest.decision.open === undefined) {
    return writeResult(plan, 'none', {
      pullRequest: referenceTo(pullRequest),
      warnings: [warning],
    })
  }
  begun.plan = plan
  const result =
    (await finish(proposer, rest, begun)) ?? (await carryOut(options, proposer, rest, begun))
  return { ...result, warnings: [warning, ...result.warnings] }
}

async function propose(
  options: ProposeOptions,
  proposer: Proposer,
  situation: Situation,
  begun: Begun,
): Promise<WriteResult> {
  const { plan, name, state, head, decision } = situation
  const { open } = decision
  const { repository } = options
  if (head.kind === 'foreign') throw await stopAtForeignHead(repository, situation, head)
  let undecided: Undecided | undefined
  if (head.kind === 'own' && head.proposal.files !== planDigest(plan)) {
    const { pullRequests } = state
    await rejectOtherJobs(repository, plan, { name, head, open, pullRequests }, options.proposing)
    undecided = open && (await findUndecided(repository, plan, head, options))
    if (open !== undefined && undecided?.isRestCurrent === true) {
      return leave(proposer, situation, { open, head }, undecided)
    }
  }
  const other = isUpToDate(head, plan) ? undefined : findOtherPullRequest(name, state)
  if (other !== undefined) throw other
  await repository.confirm(plan.snapshot)
  begun.closed ??= new Set(state.pullRequests.filter(isClosed).map(({ number }) => number))
  const isOpening = open === undefined || proposer.made.openedWith(open) !== undefined
  const operation = isOpening ? 'pull-request-created' : 'pull-request-updated'
  try {
    const proposed = await proposer.propose(plan, { name, head, open })
    const pullRequest = referenceTo(proposed.pullRequest)
    const missing = open && undecided ? describeUndecided(undecided, open) : []
    const warnings = [...missing, ...proposed.warnings]
    return writeResult(plan, operation, { ...proposed, pullRequest, warnings })
  } catch (error) {
    if (!(error instanceof GitHubError) || error.reason !== 'already-exists') throw error
    throw new GitHubError(prose`another job opened the pull request`, { reason: 'branch-moved' })
  }
}

import type { Plan } from '../core/changes.ts'
import { planDigest } from '../core/proposal.ts'
import { readSection } from '../core/pull-request-section.ts'
import type { OwnHead, PullRequest } from '../core/pull-request.ts'
import type { CommitReference, Operation } from '../core/result.ts'
import type { Prose } from '../core/text/prose.ts'
import { problemUnlessMoved } from './after-write.ts'
import { madeOn } from './made-proposals.ts'
import { waitingIn } from './plan-in-pull-request.ts'
import type { Proposer } from './propose-changes.ts'
import { referenceTo, type Situation } from './pull-request-situation.ts'
import { describeUndecided, type Undecided } from './undecided.ts'
import { signatureWarnings } from './write-commit.ts'
import { writeResult, type WriteResult } from './write.ts'

/** What becomes of an open pull request whose branch stays as it is. */

export type KeptProposal = {
  /** Name of the head branch. */
  readonly name: string
  readonly open: PullRequest
  readonly plan: Plan
  readonly commit: CommitReference
  /** `filesDigest` of what the text should describe. */
  readonly files: string
  /** What this sync has done to it so far. */
  readonly done: Operation
  readonly warnings: readonly Prose[]
}

/** Completes what an earlier attempt, or a job that was killed, left unfinished: text, labels and reviewers. */
export async function complete(
  proposer: Proposer,
  { name, open, plan, commit: { sha, url }, files, done, warnings }: KeptProposal,
): Promise<WriteResult> {
  const section = readSection(open.body)
  const isOutdated = section !== undefined && section.files !== files
  const needsText = isOutdated || section?.withdrawn === true
  const textError = needsText
    ? await problemUnlessMoved(proposer.updateText(plan, name, open))
    : undefined
  const completion = await proposer.complete(open, plan, done === 'pull-request-created')
  const isUpdate = done === 'none' && needsText && textError === undefined
  const operation = isUpdate ? 'pull-request-updated' : done
  return writeResult(operation === 'none' ? waitingIn(plan, open) : plan, operation, {
    pullRequest: referenceTo(open),
    commit: { sha, url },
    warnings: [...warnings, ...completion.warnings],
    error: textError ?? completion.error,
  })
}

/** Keeps a pull request that proposes exactly the plan. */
export function keep(
  proposer: Proposer,
  { plan, name }: Situation,
  { open, head }: { readonly open: PullRequest; readonly head: OwnHead },
): Promise<WriteResult> {
  const { commit, proposal } = head
  const own = madeOn(proposer.made, head)
  const done = own === undefined ? 'none' : proposer.made.doneTo(open, own)
  const warnings = done === 'none' ? [] : signatureWarnings(commit)
  return complete(proposer, { name, open, plan, commit, files: proposal.files, done, warnings })
}

/** Leaves a pull request as it is that differs from the plan by what this sync cannot decide. */
export async function leave(
  proposer: Proposer,
  { plan, name }: Situation,
  { open, head }: { readonly open: PullRequest; readonly head: OwnHead },
  undecided: Undecided,
): Promise<WriteResult> {
  const { made } = proposer
  const { commit } = head
  const warnings = describeUndecided(undecided, open)
  const own = madeOn(made, head)
  const done = own === undefined ? 'none' : made.doneTo(open, own)
  if (own !== undefined && done !== 'none') {
    const files = planDigest(own.plan)
    return complete(proposer, { name, open, plan: own.plan, commit, files, done, warnings })
  }
  const completion = await proposer.complete(open, plan, false)
  return writeResult(waitingIn(plan, open), 'none', {
    pullRequest: referenceTo(open),
    commit: { sha: commit.sha, url: commit.url },
    warnings: [...warnings, ...completion.warnings],
    error: completion.error,
  })
}

import type { Plan } from '../core/changes.ts'
import { ActionError, GitHubError, type SyncError } from '../core/errors.ts'
import {
  markWithdrawn,
  readSection,
  restoreSection,
  unmarkWithdrawn,
} from '../core/pull-request-section.ts'
import {
  isRejected,
  type ForeignHead,
  type OwnHead,
  type PullRequest,
} from '../core/pull-request.ts'
import { joinSentences, linkTo, prose, type Prose } from '../core/text/prose.ts'
import type { PullRequests } from '../github/pull-requests.ts'
import type { Repository } from '../github/repository.ts'
import { isMoved, problemAfterWrite, problemUnlessMoved, requireOpen } from './after-write.ts'
import { rejectOtherJobs } from './other-jobs.ts'
import { leave } from './keep-pull-request.ts'
import type { ProposeOptions } from './proposal-parts.ts'
import type { Proposer } from './propose-changes.ts'
import { referenceTo, type Begun, type Situation } from './pull-request-situation.ts'
import { rejectForeignHead } from './reject-head.ts'
import { describeKeptBranch, findUndecided } from './undecided.ts'
import { writeResult, type WriteResult } from './write.ts'

/**
 * Nothing is left to propose. The branch is deleted first, because that fails if a person has just
 * pushed to it; GitHub closes the pull request then, but not at once.
 */
export async function withdraw(
  options: ProposeOptions,
  proposer: Proposer,
  situation: Situation,
  begun: Begun,
): Promise<WriteResult> {
  const { repository, proposing } = options
  const { plan, name, head, decision } = situation
  const { open } = decision
  if (head.kind === 'foreign') throw await stopAtForeignHead(repository, situation, head)
  if (head.kind === 'own') {
    const { pullRequests } = situation.state
    await rejectOtherJobs(repository, plan, { name, head, open, pullRequests }, proposing)
    const kept = await keepUndecided(options, proposer, situation, head)
    if (kept !== undefined) return kept
  }
  const { pullRequests } = repository
  const current = open && (await pullRequests.get(open.number))
  if (current !== undefined) {
    requireOpen(current)
    requireOpen(await pullRequests.update(current.number, { body: markWithdrawn(current.body) }))
  }
  let warnings: Prose[] = []
  try {
    if (head.kind !== 'none') warnings = await deleteBranch(repository, situation, head.commit.sha)
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    if (error instanceof GitHubError && error.outcomeUnknown) begun.closing ??= open
    // A person has just pushed, so the pull request is not closed.
    else if (
      current !== undefined &&
      !(await restoreBody(repository.pullRequests, current)) &&
      !isMoved(error)
    ) {
      return writeResult(plan, 'pull-request-updated', {
        pullRequest: referenceTo(current),
        error: problemAfterWrite(error),
      })
    }
    throw error
  }
  begun.closing ??= open
  const error = current && (await problemUnlessMoved(close(repository, current, begun)))
  return withdrawn(plan, begun, { warnings, error })
}

/**
 * The result if something may be proposed again by the next sync. The branch of a pull request that a
 * person rejected stays then, too, because it can only be reopened with it.
 */
async function keepUndecided(
  options: ProposeOptions,
  proposer: Proposer,
  situation: Situation,
  head: OwnHead,
): Promise<WriteResult | undefined> {
  const { plan, name, state, decision } = situation
  const { open } = decision
  const { sha } = head.commit
  const proposed =
    open ?? state.pullRequests.find((closed) => closed.headSha === sha && isRejected(closed))
  if (proposed === undefined) return undefined
  const undecided = await findUndecided(options.repository, plan, head, options)
  if (undecided === undefined) return undefined
  if (open !== undefined) return leave(proposer, situation, { open, head }, undecided)
  if (undecided.unknown.length === 0) return undefined
  return writeResult(plan, 'none', {
    pullRequest: referenceTo(proposed),
    warnings: [describeKeptBranch(name, undecided, proposed)],
  })
}

/** A person may have merged the pull request that was to be closed, after a deletion that was not carried out. */
export async function forgetMerged(
  repository: Repository,
  { state }: Situation,
  begun: Begun,
): Promise<void> {
  const { closing } = begun
  const isMerged = state.pullRequests.some(
    ({ number, merged }) => merged && number === closing?.number,
  )
  if (closing === undefined || !isMerged) return
  begun.closing = undefined
  await restoreBody(repository.pullRequests, closing)
}

export function withdrawn(
  plan: Plan,
  { closing }: Begun,
  problems: Partial<Pick<WriteResult, 'warnings' | 'error'>> = {},
): WriteResult {
  return closing === undefined
    ? writeResult(plan, 'none', problems)
    : writeResult(plan, 'pull-request-closed', { pullRequest: referenceTo(closing), ...problems })
}

/**
 * Returns a warning if the branch stays, which does no harm. With the branch, GitHub would close every
 * pull request from it and into it.
 */
async function deleteBranch(
  repository: Repository,
  { plan, name }: Situation,
  from: string,
): Promise<Prose[]> {
  const { openElsewhere, openInto } = repository.pullRequests
  const [[outgoing], incoming] = await Promise.all([
    openElsewhere(plan.snapshot.branch, name),
    openInto(name),
  ])
  const other = outgoing ?? incoming
  if (other !== undefined) {
    const link = linkTo(`pull request #${other.number}`, other.url)
    const relation =
      other === outgoing ? prose`into \`${other.base}\` comes from it` : prose`would merge into it`
    return [
      prose`The branch \`${name}\` was not deleted: ${link} ${relation}. Close it, or leave the branch as it is.`,
    ]
  }
  try {
    await repository.moveHeadBranch({ branch: name, from, to: undefined })
    return []
  } catch (error) {
    const isRefused = error instanceof GitHubError && !isMoved(error) && !error.outcomeUnknown
    if (!isRefused) throw error
    return [
      joinSentences([
        prose`The branch \`${name}\` could not be deleted: ${error.text}`,
        error.advice ?? [],
      ]),
    ]
  }
}

async function close(
  { pullRequests }: Repository,
  current: PullRequest,
  begun: Begun,
): Promise<void> {
  const { number } = current
  // A person may have edited the body meanwhile, and another job may have restored it.
  const body = markWithdrawn((await pullRequests.get(number)).body)
  const { merged } = await pullRequests.update(number, { state: 'closed', body })
  if (!merged) return
  begun.closing = undefined
  await restoreBody(pullRequests, current)
}

/**
 * Takes back the text about the closing, unless another job has closed the pull request. A text that
 * stays wrong because of a failure is corrected by the next sync.
 *
 * @returns whether it did not fail.
 */
async function restoreBody(pullRequests: PullRequests, original: PullRequest): Promise<boolean> {
  const { number } = original
  try {
    const { state, merged, body } = await pullRequests.get(number)
    const restored = restoreSection(body, original.body)
    const isWanted = (state === 'open' || merged) && restored !== body
    if (isWanted) await pullRequests.update(number, { body: restored })
    return true
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    return false
  }
}

/** The error for a foreign head; the pull request does not go on saying that it is being closed. */
export async function stopAtForeignHead(
  { pullRequests }: Repository,
  { name, decision: { open } }: Situation,
  head: ForeignHead,
): Promise<SyncError> {
  if (open !== undefined && readSection(open.body)?.withdrawn === true) {
    const unmark = async (): Promise<void> => {
      const { body } = await pullRequests.get(open.number)
      await pullRequests.update(open.number, { body: unmarkWithdrawn(body) })
    }
    // The next sync tries again.
    await unmark().catch(problemAfterWrite)
  }
  return rejectForeignHead(name, head, open)
}

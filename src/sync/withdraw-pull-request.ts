import { GitHubError } from '../core/errors.ts'
import { markWithdrawn } from '../core/pull-request-section.ts'
import type { Plan } from '../core/result.ts'
import type { Repository } from '../github/repository.ts'
import { problemUnlessMoved, type ProposeOptions } from './propose-changes.ts'
import { referenceTo, type Begun, type Situation } from './pull-request-situation.ts'
import { rejectForeignHead, rejectOtherBases, rejectOtherTargets } from './reject-head.ts'
import { writeResult, type WriteResult } from './write.ts'

/**
 * Nothing is left to propose. The branch is deleted first, because that fails if a person has just
 * pushed to it; GitHub closes the pull request then, but not at once.
 */
export async function withdraw(
  { repository, targets }: ProposeOptions,
  situation: Situation,
  begun: Begun,
): Promise<WriteResult> {
  const { plan, name, state, head, decision } = situation
  const { open } = decision
  if (head.kind === 'foreign') throw rejectForeignHead(name, head, open)
  rejectOtherBases(name, state)
  if (head.kind === 'own') await rejectOtherTargets(repository, plan, targets, { name, head, open })
  const { pullRequests } = repository
  if (open !== undefined) {
    await pullRequests.update(open.number, { body: markWithdrawn(open.body) })
  }
  const warnings =
    head.kind === 'none' ? [] : await deleteBranch(repository, situation, head.commit.sha, begun)
  begun.closing ??= open
  const error =
    open === undefined
      ? undefined
      : await problemUnlessMoved(pullRequests.update(open.number, { state: 'closed' }))
  return withdrawn(plan, begun, { warnings, error })
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

/** Returns a warning if the branch stays, which does no harm. */
async function deleteBranch(
  repository: Repository,
  { name, state: { elsewhere }, decision: { open } }: Situation,
  from: string,
  begun: Begun,
): Promise<string[]> {
  const [other] = elsewhere
  if (other !== undefined) {
    return [
      `The branch ${name} was not deleted: pull request #${other.number} into ${other.base} comes from it`,
    ]
  }
  try {
    await repository.moveHeadBranch({ branch: name, from, to: undefined })
    return []
  } catch (error) {
    if (!(error instanceof GitHubError) || error.reason === 'branch-moved') throw error
    if (!error.outcomeUnknown) return [`The branch ${name} could not be deleted: ${error.message}`]
    begun.closing ??= open
    throw error
  }
}

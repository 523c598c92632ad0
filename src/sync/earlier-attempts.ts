import type { OwnHead, PullRequest } from '../core/pull-request.ts'
import type { Operation } from '../core/result.ts'
import type { MadeProposals } from './made-proposals.ts'
import { referenceTo, type Begun, type Situation } from './pull-request-situation.ts'
import { writeResult, type WriteResult } from './write.ts'

/**
 * What earlier attempts of a sync have done, although no response says so. The branch and its pull requests
 * tell; other jobs and people may have changed them in the meantime.
 */

/** The result if a pull request that this sync wrote was merged or closed at once. */
export function endedBefore(
  made: MadeProposals,
  { state }: Situation,
  { closed }: Begun,
): WriteResult | undefined {
  if (made.lastSent() === undefined) return undefined
  const ended = state.pullRequests.find(
    (pull) => isClosed(pull) && !closed?.has(pull.number) && made.of(pull.headSha) !== undefined,
  )
  const proposed = ended && made.of(ended.headSha)
  return (
    proposed &&
    writeResult(proposed.plan, operationOn(made, ended), {
      pullRequest: referenceTo(ended),
      commit: proposed.commit,
    })
  )
}

/** The result if this sync opened the pull request, whatever a person has done with it since. */
export function openedBefore(
  made: MadeProposals,
  { decision: { open } }: Situation,
): WriteResult | undefined {
  const last = made.lastSent()
  if (last === undefined || open === undefined || !made.hasOpened(open)) return undefined
  return writeResult(last.plan, 'pull-request-created', {
    pullRequest: referenceTo(open),
    commit: last.commit,
  })
}

/** What this sync has done to the open pull request that proposes what it wants. */
export function doneBefore(made: MadeProposals, open: PullRequest, head: OwnHead): Operation {
  if (made.lastSent() === undefined) return 'none'
  const isOwn = made.hasOpened(open) || made.hasMade(head.proposal)
  return isOwn ? operationOn(made, open) : 'none'
}

function operationOn(made: MadeProposals, pullRequest: PullRequest): Operation {
  return made.hasOpened(pullRequest) ? 'pull-request-created' : 'pull-request-updated'
}

export function isClosed({ state }: PullRequest): boolean {
  return state === 'closed'
}

import type { PullRequest } from '../core/pull-request.ts'
import { referenceTo, type Begun, type Situation } from './pull-request-situation.ts'
import type { Proposer } from './propose-changes.ts'
import { writeResult, type WriteResult } from './write.ts'

/** The result if a pull request that this sync wrote was merged or closed at once. */
export function endedBefore(
  proposer: Proposer,
  { state }: Situation,
  { operation, closed }: Begun,
): WriteResult | undefined {
  if (operation === 'none') return undefined
  const ended = state.pullRequests.find(
    (pull) =>
      isClosed(pull) && !closed.has(pull.number) && proposer.proposed(pull.headSha) !== undefined,
  )
  const proposed = ended && proposer.proposed(ended.headSha)
  return (
    proposed &&
    writeResult(proposed.plan, operation, {
      pullRequest: referenceTo(ended),
      commit: proposed.commit,
    })
  )
}

/** The result if this sync opened the pull request, whatever a person has done with it since. */
export function openedBefore(
  { plan, decision: { open } }: Situation,
  { operation }: Begun,
): WriteResult | undefined {
  if (operation !== 'pull-request-created' || open === undefined) return undefined
  return writeResult(plan, operation, { pullRequest: referenceTo(open) })
}

export function isClosed({ state }: PullRequest): boolean {
  return state === 'closed'
}

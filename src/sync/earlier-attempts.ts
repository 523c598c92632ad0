import type { PullRequest } from '../core/pull-request.ts'
import type { PullRequests } from '../github/pull-requests.ts'
import { complete } from './keep-pull-request.ts'
import type { MadeProposals, Proposed } from './made-proposals.ts'
import type { Proposer } from './propose-changes.ts'
import { referenceTo, type Begun, type Situation } from './pull-request-situation.ts'
import { planDigest } from '../core/proposal.ts'
import { writeResult, type WriteResult } from './write.ts'

/**
 * What earlier attempts of a sync have done, although no response says so. The branch and its pull requests
 * tell; other jobs and people may have changed them in the meantime.
 */

/** The result if a pull request that this sync wrote was merged or closed at once. */
export function endedBefore(
  { made }: Proposer,
  { state }: Situation,
  { closed }: Begun,
): WriteResult | undefined {
  const proposedIn = ({ headSha }: PullRequest): Proposed | undefined =>
    made.find({ sha: headSha, message: '' })
  const ended = state.pullRequests.find(
    (pull) => isClosed(pull) && !closed?.has(pull.number) && proposedIn(pull) !== undefined,
  )
  const proposed = ended && proposedIn(ended)
  if (ended === undefined || proposed === undefined) return undefined
  const operation = made.doneTo(ended, proposed)
  if (operation === 'none') return undefined
  const pullRequest = referenceTo(ended)
  return writeResult(proposed.plan, operation, { pullRequest, commit: proposed.commit })
}

/** The result if the open pull request has something of this sync, whatever others have added to it since. */
export async function landedBefore(
  pullRequests: PullRequests,
  proposer: Proposer,
  situation: Situation,
): Promise<WriteResult | undefined> {
  const { made } = proposer
  const { open } = situation.decision
  if (made.isEmpty() || open === undefined) return undefined
  const found = (await findOnBranch(pullRequests, made, situation)) ?? made.openedWith(open)
  const done = found === undefined ? 'none' : made.doneTo(open, found)
  if (found === undefined || done === 'none') return undefined
  const { plan, commit } = found
  const { name } = situation
  const files = planDigest(plan)
  return complete(proposer, { name, open, plan, commit, files, done, warnings: [] })
}

/** Below what others have committed to the head branch. */
async function findOnBranch(
  { followFirstParents }: PullRequests,
  made: MadeProposals,
  { state: { commit } }: Situation,
): Promise<Proposed | undefined> {
  if (commit === undefined) return undefined
  const found = made.find(commit)
  if (found !== undefined) return found
  const chain = await followFirstParents(commit.sha, (row) => made.find(row) !== undefined)
  const own = chain?.at(-1)
  return own && made.find(own)
}

export function isClosed({ state }: PullRequest): boolean {
  return state === 'closed'
}

import type { HeadCommit, PullRequest } from '../core/pull-request.ts'
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

/**
 * The result if a pull request that this sync wrote was merged or closed at once, whatever others had
 * added to it before.
 */
export async function endedBefore(
  pullRequests: PullRequests,
  { made }: Proposer,
  { state }: Situation,
  { closed }: Begun,
): Promise<WriteResult | undefined> {
  if (made.isEmpty()) return undefined
  for (const ended of state.pullRequests) {
    if (!isClosed(ended) || closed?.has(ended.number) === true) continue
    const end = { sha: ended.headSha, message: '' }
    const proposed = (await findBelow(pullRequests, made, end)) ?? made.openedWith(ended)
    const operation = proposed === undefined ? 'none' : made.doneTo(ended, proposed)
    if (proposed === undefined || operation === 'none') continue
    const pullRequest = referenceTo(ended)
    return writeResult(proposed.plan, operation, { pullRequest, commit: proposed.commit })
  }
  return undefined
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
  const { commit: tip } = situation.state
  const onBranch = tip && (await findBelow(pullRequests, made, tip))
  const found = onBranch ?? made.openedWith(open)
  const done = found === undefined ? 'none' : made.doneTo(open, found)
  if (found === undefined || done === 'none') return undefined
  const { plan, commit } = found
  const { name } = situation
  const files = planDigest(plan)
  return complete(proposer, { name, open, plan, commit, files, done, warnings: [] })
}

/** A commit, or the one below what others have committed on it. */
async function findBelow(
  { followFirstParents }: PullRequests,
  made: MadeProposals,
  end: Pick<HeadCommit, 'sha' | 'message'>,
): Promise<Proposed | undefined> {
  const found = made.find(end)
  if (found !== undefined) return found
  const chain = await followFirstParents(end.sha, (row) => made.find(row) !== undefined)
  const own = chain?.at(-1)
  return own && made.find(own)
}

export function isClosed({ state }: PullRequest): boolean {
  return state === 'closed'
}

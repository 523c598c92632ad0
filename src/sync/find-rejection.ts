import { changesDigest, readProposal, type ProposalRecord } from '../core/proposal.ts'
import { readSection } from '../core/pull-request-section.ts'
import { isRejected, type PullRequest, type PullRequestState } from '../core/pull-request.ts'
import type { Plan } from '../core/result.ts'
import type { PullRequests } from '../github/pull-requests.ts'
import type { Repository } from '../github/repository.ts'

/**
 * Finds the pull request with the same changes that a person closed without merging it; only the
 * newest one with the same changes counts. What it proposed is in the commit where its branch was when
 * it was closed: the body may have been rewritten, and by an update that came after the closing. If
 * that commit is a person's or a merge, the body counts, or else the action's commit below it.
 */
export async function findRejectedPullRequest(
  { pullRequests }: Repository,
  plan: Plan,
  head: string,
  state: PullRequestState,
): Promise<PullRequest | undefined> {
  const changes = changesDigest(plan)
  const search = async (closed: readonly PullRequest[], looksBelow: boolean) => {
    const messages = await pullRequests.messages(closed.map(({ headSha }) => headSha))
    for (const pullRequest of closed) {
      const { headSha, body } = pullRequest
      const proposed =
        readProposal(messages.get(headSha) ?? '') ??
        readSection(body) ??
        (looksBelow ? await readProposalBelow(pullRequests, headSha) : undefined)
      if (proposed?.changes === changes) return pullRequest
    }
    return undefined
  }
  const newest = state.pullRequests.filter((pullRequest) => pullRequest.state === 'closed')
  if (newest.length === 0) return undefined
  const found =
    (await search(newest, true)) ??
    (await search(await pullRequests.closed(plan.snapshot.branch, head), false))
  return found !== undefined && isRejected(found) ? found : undefined
}

async function readProposalBelow(
  pullRequests: PullRequests,
  sha: string,
): Promise<ProposalRecord | undefined> {
  const chain = await pullRequests.followFirstParents(
    sha,
    ({ message }) => readProposal(message) !== undefined,
  )
  return readProposal(chain?.at(-1)?.message ?? '')
}

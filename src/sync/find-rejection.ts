import { changesDigest, readProposal } from '../core/proposal.ts'
import { readSection } from '../core/pull-request-section.ts'
import { isRejected, type PullRequest, type PullRequestState } from '../core/pull-request.ts'
import type { Plan } from '../core/result.ts'
import type { Repository } from '../github/repository.ts'

/**
 * Finds the pull request with the same changes that a person closed without merging it; only the
 * newest one with the same changes counts. What it proposed is in its body or, if that was rewritten,
 * in its commit.
 */
export async function findRejectedPullRequest(
  { pullRequests }: Repository,
  plan: Plan,
  head: string,
  state: PullRequestState,
): Promise<PullRequest | undefined> {
  const changes = changesDigest(plan)
  const search = async (closed: readonly PullRequest[]) => {
    const unknown = closed.filter(({ body }) => readSection(body) === undefined)
    const messages = await pullRequests.messages(unknown.map(({ headSha }) => headSha))
    return closed.find(({ body, headSha }) => {
      const proposed = readSection(body) ?? readProposal(messages.get(headSha) ?? '')
      return proposed?.changes === changes
    })
  }
  const newest = state.pullRequests.filter((pullRequest) => pullRequest.state === 'closed')
  if (newest.length === 0) return undefined
  const found =
    (await search(newest)) ?? (await search(await pullRequests.closed(plan.snapshot.branch, head)))
  return found !== undefined && isRejected(found) ? found : undefined
}

import { changesDigest, readProposal } from '../core/proposal.ts'
import { readSection } from '../core/pull-request-section.ts'
import { isRejected, type PullRequest, type PullRequestState } from '../core/pull-request.ts'
import type { Plan } from '../core/result.ts'
import type { Repository } from '../github/repository.ts'

/**
 * Finds the pull request with the same changes that a person closed without merging it; only the
 * newest one with the same changes counts. What it proposed is in the commit where its branch was when
 * it was closed: the body may have been rewritten, and by an update that came after the closing. The
 * body counts if that commit is a person's.
 */
export async function findRejectedPullRequest(
  { pullRequests }: Repository,
  plan: Plan,
  head: string,
  state: PullRequestState,
): Promise<PullRequest | undefined> {
  const changes = changesDigest(plan)
  const search = async (closed: readonly PullRequest[]) => {
    const messages = await pullRequests.messages(closed.map(({ headSha }) => headSha))
    return closed.find(({ body, headSha }) => {
      const proposed = readProposal(messages.get(headSha) ?? '') ?? readSection(body)
      return proposed?.changes === changes
    })
  }
  const newest = state.pullRequests.filter((pullRequest) => pullRequest.state === 'closed')
  if (newest.length === 0) return undefined
  const found =
    (await search(newest)) ?? (await search(await pullRequests.closed(plan.snapshot.branch, head)))
  return found !== undefined && isRejected(found) ? found : undefined
}

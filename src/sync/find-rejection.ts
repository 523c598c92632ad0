import type { Plan } from '../core/changes.ts'
import { changesDigest, readProposal, type ProposalRecord } from '../core/proposal.ts'
import { readSection } from '../core/pull-request-section.ts'
import { isRejected, type PullRequest, type PullRequestState } from '../core/pull-request.ts'
import type { PullRequests } from '../github/pull-requests.ts'
import type { Repository } from '../github/repository.ts'

/** Finds the pull request with the same changes that a person closed without merging it. */
export type RejectionSearch = (plan: Plan) => Promise<PullRequest | undefined>

/** What a pull request proposed, by digests. */
type Proposed = Pick<ProposalRecord, 'changes'> & Partial<Pick<ProposalRecord, 'pages'>>

/**
 * Only the newest pull request with the same changes counts. What it proposed is in the commit where its
 * branch was when it was closed: the body may have been rewritten, and by an update that came after the
 * closing. If that commit is a person's or a merge, the body counts, or else the action's commit below it.
 */
export function createRejectionSearch(
  { pullRequests }: Repository,
  { branch }: Plan['snapshot'],
  head: string,
  state: PullRequestState,
): RejectionSearch {
  const newest = state.pullRequests.filter((pullRequest) => pullRequest.state === 'closed')
  const readNewest = once(() => readProposals(pullRequests, newest, true))
  const readAll = once(async () =>
    readProposals(pullRequests, await pullRequests.closed(branch, head), false),
  )
  return async (plan) => {
    if (newest.length === 0) return undefined
    const changes = changesDigest(plan)
    const found =
      (await findSame(await readNewest(), changes)) ?? (await findSame(await readAll(), changes))
    return found !== undefined && isRejected(found) ? found : undefined
  }
}

type ClosedProposal = {
  readonly pullRequest: PullRequest
  readonly read: () => Promise<Proposed | undefined>
}

async function readProposals(
  pullRequests: PullRequests,
  closed: readonly PullRequest[],
  looksBelow: boolean,
): Promise<ClosedProposal[]> {
  const messages = await pullRequests.messages(closed.map(({ headSha }) => headSha))
  return closed.map((pullRequest) => {
    const { headSha, body } = pullRequest
    const proposed = readProposal(messages.get(headSha) ?? '') ?? readSection(body)
    const isKnown = proposed !== undefined || !looksBelow
    return {
      pullRequest,
      read: isKnown
        ? () => Promise.resolve(proposed)
        : once(() => readProposalBelow(pullRequests, headSha)),
    }
  })
}

async function findSame(
  closed: readonly ClosedProposal[],
  changes: string,
): Promise<PullRequest | undefined> {
  for (const { pullRequest, read } of closed) {
    const proposed = await read()
    if (proposed?.changes === changes || proposed?.pages === changes) return pullRequest
  }
  return undefined
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

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => (result ??= read())
}

import type { Plan } from '../core/changes.ts'
import {
  changeDigests,
  changesDigest,
  readProposal,
  type ProposalRecord,
} from '../core/proposal.ts'
import { readSection } from '../core/pull-request-section.ts'
import { isRejected, type PullRequest, type PullRequestState } from '../core/pull-request.ts'
import type { PullRequests } from '../github/pull-requests.ts'
import type { Repository } from '../github/repository.ts'

/** The pull requests, by path of a change, that a person closed without merging them. */
export type Rejections = ReadonlyMap<string, PullRequest>

/** Finds out who rejected the changes of a plan; undefined if nobody rejected one of them. */
export type RejectionSearch = (plan: Plan) => Promise<Rejections | undefined>

/** What a pull request proposed, by digests. */
type Proposed = Pick<ProposalRecord, 'changes'> & Partial<Pick<ProposalRecord, 'pages' | 'each'>>

/**
 * Only the newest pull request with the same change counts. What it proposed is in the commit where its
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
    const search: Search = { whole: changesDigest(plan), open: new Map(changeDigests(plan)) }
    const found = new Map<string, PullRequest>()
    for (const read of [readNewest, readAll]) {
      for (const closed of await read()) {
        for (const path of await takeProposed(search, closed)) found.set(path, closed.pullRequest)
      }
      if (search.open.size === 0) break
    }
    const isComplete = search.open.size === 0 && [...found.values()].every(isRejected)
    return isComplete ? found : undefined
  }
}

type Search = {
  /** `changesDigest` of the plan. */
  readonly whole: string
  /** Digests of the changes that no newer pull request proposed, by path. */
  readonly open: Map<string, string>
}

type ClosedProposal = {
  readonly pullRequest: PullRequest
  readonly proposed: Proposed | undefined
  /** What the action's commit below the last one proposed. */
  readonly readBelow: (() => Promise<Proposed | undefined>) | undefined
}

async function readProposals(
  pullRequests: PullRequests,
  closed: readonly PullRequest[],
  looksBelow: boolean,
): Promise<ClosedProposal[]> {
  const messages = await pullRequests.messages(closed.map(({ headSha }) => headSha))
  return closed.map((pullRequest) => {
    const { headSha, body } = pullRequest
    const record = readProposal(messages.get(headSha) ?? '')
    const section = record === undefined ? readSection(body) : undefined
    // The body does not say what the single changes were.
    const hasBelow =
      record === undefined && (section === undefined || isRejected(pullRequest)) && looksBelow
    return {
      pullRequest,
      proposed: record ?? section,
      readBelow: hasBelow ? once(() => readProposalBelow(pullRequests, headSha)) : undefined,
    }
  })
}

/** Takes the changes out of the search that a pull request proposed, and returns their paths. */
async function takeProposed(search: Search, closed: ClosedProposal): Promise<readonly string[]> {
  if (search.open.size === 0) return []
  const { pullRequest, proposed, readBelow } = closed
  // One that the action itself closed says nothing about its single changes.
  const isDecided = pullRequest.merged || isRejected(pullRequest)
  const paths = pathsOfProposed(search, proposed, isDecided)
  const found =
    paths.length > 0 || readBelow === undefined
      ? paths
      : pathsOfProposed(search, await readBelow(), isDecided)
  for (const path of found) search.open.delete(path)
  return found
}

function pathsOfProposed(
  { whole, open }: Search,
  proposed: Proposed | undefined,
  isDecided: boolean,
): readonly string[] {
  if (proposed === undefined) return []
  if (proposed.changes === whole || proposed.pages === whole) return [...open.keys()]
  const each = new Set(isDecided ? proposed.each : [])
  return [...open].flatMap(([path, digest]) => (each.has(digest) ? [path] : []))
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

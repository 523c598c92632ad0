import type { Plan } from '../core/changes.ts'
import { isCertainRefusal } from '../core/errors.ts'
import {
  isSameProposal,
  planDigest,
  readOwnProposal,
  type ProposalRecord,
} from '../core/proposal.ts'
import { readSection } from '../core/pull-request-section.ts'
import type { HeadCommit, OwnHead, PullRequest } from '../core/pull-request.ts'
import type { CommitReference, Operation } from '../core/result.ts'

/** A plan, and the commit that proposes it. */
export type Proposed = { readonly plan: Plan; readonly commit: CommitReference }

/**
 * What this sync proposed, as far as GitHub may have carried it out. Other jobs may have proposed
 * something in the meantime; what is theirs must not be reported as this sync's.
 */
export type MadeProposals = {
  /** Sends the request that moves the head branch to a new commit. */
  readonly move: (
    made: Proposed & { record: ProposalRecord | undefined },
    request: Promise<void>,
  ) => Promise<void>
  /** Sends the request that opens the pull request. */
  readonly open: (made: Proposed, request: Promise<PullRequest>) => Promise<PullRequest>
  readonly isEmpty: () => boolean
  /** What this sync proposed with a commit, which may have been rebased or merged with the base since. */
  readonly find: (commit: Pick<HeadCommit, 'sha' | 'message'>) => Proposed | undefined
  /**
   * What this sync opened a pull request with; undefined if another job or a person opened it. If the
   * response was lost, the text of the pull request tells, unless a person removed it.
   */
  readonly openedWith: (pullRequest: PullRequest) => Proposed | undefined
}

export function createMadeProposals(): MadeProposals {
  const moves = new Map<string, Proposed & { readonly record: ProposalRecord | undefined }>()
  /** The number is unknown as long as the response is. */
  const openings: (Proposed & { readonly number: number | undefined })[] = []

  return {
    move: (made, request) => noteUnlessRefused(request, () => moves.set(made.commit.sha, made)),
    open: (made, request) =>
      noteUnlessRefused(request, (opened) => openings.push({ ...made, number: opened?.number })),
    isEmpty: () => moves.size === 0 && openings.length === 0,
    find: ({ sha, message }) => {
      const opening = openings.find(({ commit }) => commit.sha === sha)
      const known = moves.get(sha) ?? opening
      if (known !== undefined) return known
      const proposal = readOwnProposal(message)
      if (proposal === undefined) return undefined
      return [...moves.values()].find(
        ({ record }) => record !== undefined && isSameProposal(record, proposal),
      )
    },
    openedWith: ({ number, body }) => {
      const files = readSection(body)?.files
      return openings.find((opening) =>
        opening.number === undefined
          ? files === undefined ||
            [opening, ...moves.values()].some(({ plan }) => planDigest(plan) === files)
          : opening.number === number,
      )
    },
  }
}

/** Calls `note` with the response; without one if it is not known whether the request was carried out. */
async function noteUnlessRefused<T>(
  request: Promise<T>,
  note: (response: T | undefined) => unknown,
): Promise<T> {
  try {
    const response = await request
    note(response)
    return response
  } catch (error) {
    if (!isCertainRefusal(error)) note(undefined)
    throw error
  }
}

/** What this sync proposes on the head branch; undefined if it is another job's proposal, or an older one. */
export function madeOn(made: MadeProposals, { commit, range }: OwnHead): Proposed | undefined {
  return made.find({ sha: range.to, message: commit.message })
}

/** What this sync has done to the open pull request, if the head branch has its proposal. */
export function doneTo(made: MadeProposals, open: PullRequest, head: OwnHead): Operation {
  if (made.openedWith(open) !== undefined) return 'pull-request-created'
  return madeOn(made, head) === undefined ? 'none' : 'pull-request-updated'
}

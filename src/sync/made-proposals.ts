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
import { isMoved } from './after-write.ts'

/** A plan, and the commit that proposes it. */
export type Proposed = { readonly plan: Plan; readonly commit: CommitReference }

/** A move of the head branch. */
type Move = Proposed & {
  readonly record: ProposalRecord | undefined
  /** Whether the pull request was open before it. */
  readonly isUpdate: boolean
}

type Opening = Proposed & { readonly body: string }

/** A request that GitHub may have carried out. */
type Sent<T, R> = T & {
  readonly response: R | undefined
  /** GitHub said that it refuses, which is hardly ever wrong. */
  readonly isRefused: boolean
}

/**
 * What this sync proposed, as far as GitHub may have carried it out. Other jobs may have proposed
 * something in the meantime; what is theirs must not be reported as this sync's.
 */
export type MadeProposals = {
  /** Sends the request that moves the head branch to a new commit. */
  readonly move: (move: Move, request: Promise<void>) => Promise<void>
  /** Sends the request that opens the pull request. */
  readonly open: (opening: Opening, request: Promise<PullRequest>) => Promise<PullRequest>
  readonly isEmpty: () => boolean
  /**
   * What this sync proposed with a commit. GitHub rebases commits, so one with the same message counts,
   * unless the move to it was refused.
   */
  readonly find: (commit: Pick<HeadCommit, 'sha' | 'message'>) => Proposed | undefined
  /** What this sync has done to a pull request, if it has this sync's commit. */
  readonly doneTo: (pullRequest: PullRequest, proposed: Proposed) => Operation
  /**
   * What this sync opened a pull request with; undefined if another job or a person opened it. Without a
   * response, the text of the pull request tells, unless a person changed it.
   */
  readonly openedWith: (pullRequest: PullRequest) => Proposed | undefined
}

export function createMadeProposals(): MadeProposals {
  const moves: Sent<Move, void>[] = []
  const openings: Sent<Opening, PullRequest>[] = []

  const openedWith: MadeProposals['openedWith'] = ({ number, body }) => {
    const files = readSection(body)?.files
    const isOwn = ({ plan }: Proposed): boolean => planDigest(plan) === files
    return openings.findLast((opening) => {
      if (opening.response !== undefined) return opening.response.number === number
      if (opening.body === body) return true
      return !opening.isRefused && (files === undefined || [opening, ...moves].some(isOwn))
    })
  }

  return {
    move: (move, request) => send(moves, move, request),
    open: (opening, request) => send(openings, opening, request),
    isEmpty: () => moves.length === 0 && openings.length === 0,
    find: ({ sha, message }) => {
      const found = [...openings, ...moves].findLast(({ commit }) => commit.sha === sha)
      if (found !== undefined) return found
      const proposal = readOwnProposal(message)
      return moves.findLast(
        ({ record, isRefused }) =>
          !isRefused &&
          record !== undefined &&
          proposal !== undefined &&
          isSameProposal(record, proposal),
      )
    },
    doneTo: (pullRequest, { commit }) => {
      if (openedWith(pullRequest) !== undefined) return 'pull-request-created'
      const isUpdate = moves.some((move) => move.isUpdate && move.commit.sha === commit.sha)
      return isUpdate ? 'pull-request-updated' : 'none'
    },
    openedWith,
  }
}

/** Notes a request and what became of it, unless somebody else was faster. */
async function send<T, R>(sent: Sent<T, R>[], made: T, request: Promise<R>): Promise<R> {
  try {
    const response = await request
    sent.push({ ...made, response, isRefused: false })
    return response
  } catch (error) {
    if (!isLostRace(error)) {
      sent.push({ ...made, response: undefined, isRefused: isCertainRefusal(error) })
    }
    throw error
  }
}

function isLostRace(error: unknown): boolean {
  return isMoved(error) || (isCertainRefusal(error) && error.reason === 'already-exists')
}

/** What this sync proposes on the head branch; undefined if it is another job's proposal, or an older one. */
export function madeOn(made: MadeProposals, { commit, range }: OwnHead): Proposed | undefined {
  return made.find({ sha: range.to, message: commit.message })
}

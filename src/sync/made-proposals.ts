import type { Plan } from '../core/changes.ts'
import { GitHubError } from '../core/errors.ts'
import { isSameProposal, planDigest, type ProposalRecord } from '../core/proposal.ts'
import { readSection } from '../core/pull-request-section.ts'
import type { PullRequest } from '../core/pull-request.ts'
import type { CommitReference } from '../core/result.ts'
import { isMoved } from './after-write.ts'

/** A plan, and the commit that proposes it. */
export type Proposed = { readonly plan: Plan; readonly commit: CommitReference }

/**
 * What this sync proposed so far, and whether GitHub may have carried it out. Other jobs may have proposed
 * something in the meantime; what is theirs must not be reported as this sync's.
 */
export type MadeProposals = {
  readonly noteCommit: (proposal: ProposalRecord) => void
  /** Before it is put on the head branch, or found there. */
  readonly note: (proposed: Proposed) => void
  /** Sends a request that moves the head branch to a proposal, or opens the pull request with it. */
  readonly send: <T>(proposed: Proposed, what: 'move' | 'open', request: Promise<T>) => Promise<T>
  /** What a commit proposes, if this sync has put it on the head branch or tried to. */
  readonly of: (sha: string) => Proposed | undefined
  /** What was sent last, unless GitHub has certainly refused it. */
  readonly lastSent: () => Proposed | undefined
  /** Whether this sync made the commit of a proposal, which may have been rebased since. */
  readonly hasMade: (proposal: ProposalRecord) => boolean
  /**
   * Whether this sync opened a pull request, as far as is known. If the response was lost, the text of
   * the pull request tells, unless a person removed it.
   */
  readonly hasOpened: (pullRequest: PullRequest) => boolean
}

export function createMadeProposals(): MadeProposals {
  const commits: ProposalRecord[] = []
  const proposals = new Map<string, Proposed>()
  let lastSent: Proposed | undefined
  let hasAskedToOpen = false

  return {
    noteCommit: (proposal) => void commits.push(proposal),
    note: (proposed) => void proposals.set(proposed.commit.sha, proposed),
    send: async (proposed, what, request) => {
      let isRefused = false
      try {
        return await request
      } catch (error) {
        isRefused = isLostRace(error)
        throw error
      } finally {
        if (!isRefused) lastSent = proposed
        hasAskedToOpen ||= what === 'open' && !isRefused
      }
    },
    of: (sha) => proposals.get(sha),
    lastSent: () => lastSent,
    hasMade: (proposal) => commits.some((commit) => isSameProposal(commit, proposal)),
    hasOpened: ({ body }) => {
      const files = readSection(body)?.files
      const isOwn = ({ plan }: Proposed): boolean => planDigest(plan) === files
      return hasAskedToOpen && (files === undefined || [...proposals.values()].some(isOwn))
    },
  }
}

/** The only refusal that is certain: any other may be a proxy's, after GitHub carried the request out. */
function isLostRace(error: unknown): boolean {
  return isMoved(error) || (error instanceof GitHubError && error.reason === 'already-exists')
}

import { blobOid } from '../core/blob-oid.ts'
import { changesOf } from '../core/result.ts'
import { proposalDigest, readMarker, type ProposalMarker } from '../core/proposal-marker.ts'
import type { GitHubClient } from '../github/client.ts'
import {
  commitsAhead,
  type Proposal,
  type ProposalBranch,
  type PullRequest,
} from '../github/proposal.ts'
import type { PlannedSync } from './sync.ts'

/** All that is known when a plan meets the pull request that is there. */
export type Situation = {
  readonly planned: PlannedSync
  readonly proposal: Proposal
  readonly head: string
  readonly open: PullRequest | undefined
  /** Commits that this very job made, whether or not their answers came. */
  readonly made: ReadonlySet<string>
}

/** Kept in the marker; a job that was killed may have left the branch one step behind. */
const rememberedHeads = 5

/** Whether nothing but the action's own commit is on the head branch. */
export async function isOurs(
  client: GitHubClient,
  { planned, proposal, made }: Situation,
  branch: ProposalBranch,
): Promise<boolean> {
  if (branch.head === planned.snapshot.head || made.has(branch.head)) return true
  const recorded = new Set(
    proposal.pullRequests.flatMap(({ body }) => readMarker(body)?.heads ?? []),
  )
  if (recorded.has(branch.head)) return true
  const looksOurs = branch.parents.length === 1 && /^MLflow-Run-Id: /m.test(branch.message)
  if (looksOurs && recorded.size === 0) return true
  const { repository, branch: base } = planned.snapshot
  return (await commitsAhead(client, repository, base, branch.name)) === 0
}

/** The head branch is the base's head plus exactly the plan. */
export function isUpToDate(
  branch: ProposalBranch | undefined,
  { plan, snapshot }: PlannedSync,
): boolean {
  if (branch?.parents.length !== 1 || branch.parents[0] !== snapshot.head) return false
  const wanted = new Map([...snapshot.entries].map(([name, { oid }]) => [name, oid]))
  for (const { edit } of changesOf(plan.entries)) {
    const { path, after } = edit
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (after === undefined) wanted.delete(name)
    else wanted.set(name, blobOid(Buffer.from(after)))
  }
  return (
    wanted.size === branch.entries.size &&
    [...wanted].every(([name, oid]) => branch.entries.get(name) === oid)
  )
}

/** The newest pull request with the same proposal decides, however its branch fared. */
export function closedByPerson(proposal: Proposal, { plan }: PlannedSync): PullRequest | undefined {
  const digest = proposalDigest(changesOf(plan.entries))
  const last = proposal.pullRequests.find(({ body }) => readMarker(body)?.digest === digest)
  if (last === undefined || last.merged || last.state === 'open') return undefined
  return readMarker(last.body)?.withdrawn === true ? undefined : last
}

export function markerFor({ planned, open, proposal }: Situation, sha: string): ProposalMarker {
  const earlier = open === undefined ? [] : (readMarker(open.body)?.heads ?? [])
  const current = proposal.branch === undefined ? [] : [proposal.branch.head]
  const heads = [...new Set([sha, ...current, ...earlier])].slice(0, rememberedHeads)
  return { digest: proposalDigest(changesOf(planned.plan.entries)), heads, withdrawn: false }
}

import type { BranchSnapshot } from '../core/branch.ts'
import {
  mergedPullRequest,
  openPullRequest,
  ownProposal,
  wasProposed,
  type CommitRange,
  type CommitTree,
  type Head,
  type HeadCommit,
  type PullRequestState,
} from '../core/pull-request.ts'
import {
  filesDigest,
  readOwnProposal,
  type ProposalRecord,
  type ProposedFile,
} from '../core/proposal.ts'
import { readSection } from '../core/pull-request-section.ts'
import { areMergedCleanly, type MergedFile } from './merged-files.ts'
import type { Repository } from '../github/repository.ts'

/**
 * Finds out whose the head branch is. It is the action's own if it has nothing but one commit that is
 * exactly as the action made it, or that commit rebased or merged with the base branch without any
 * other change, as GitHub's button "Update branch" does.
 */
export async function identifyHead(
  repository: Repository,
  base: BranchSnapshot,
  state: PullRequestState,
): Promise<Head> {
  const { commit } = state
  if (commit === undefined) return { kind: 'none' }
  // With an open pull request, the branch is in use again, although an older one merged its commit.
  const isUsed = openPullRequest(state) !== undefined
  if (!isUsed && (await isMerged(repository, base, commit, state))) {
    return { kind: 'merged', commit }
  }
  const ahead = isChildOf(commit, base)
    ? 1
    : await repository.pullRequests.commitsAhead(base.head, commit.sha)
  const foreign: Head = { kind: 'foreign', commit, isEmpty: ahead === 0 }
  if (ahead === undefined) return foreign
  if (ahead === 0) return wasProposed(commit, state) ? { kind: 'merged', commit } : foreign
  const proposal = ownProposal(commit)
  const [start] = commit.parents
  if (proposal !== undefined && start !== undefined) {
    const range = { from: start.sha, to: commit.sha }
    return { kind: 'own', commit, proposal, range, isCurrent: ahead === 1 }
  }
  const moved = await readMovedProposal(repository, commit)
  if (moved?.commits !== ahead) return foreign
  if (!(await proposesOnly(repository, base, commit, moved))) return foreign
  return { kind: 'own', commit, proposal: moved.proposal, range: moved.range, isCurrent: true }
}

/**
 * Whether a pull request of the action merged the branch with all of its commits, those of reviewers
 * included. If its text was rewritten, one of its commits has to be the action's own and, unlike a
 * squashed proposal, not in the base branch.
 */
async function isMerged(
  { pullRequests }: Repository,
  base: BranchSnapshot,
  commit: HeadCommit,
  state: PullRequestState,
): Promise<boolean> {
  const merged = mergedPullRequest(commit, state)
  if (merged === undefined) return false
  if (readSection(merged.body) !== undefined || ownProposal(commit) !== undefined) return true
  const chain = await pullRequests.followFirstParents(
    commit.sha,
    (candidate) => ownProposal(candidate) !== undefined,
  )
  const own = chain?.at(-1)
  if (own === undefined) return false
  const ahead = await pullRequests.commitsAhead(base.head, own.sha)
  return ahead !== undefined && ahead > 0
}

function isChildOf({ parents }: HeadCommit, { head }: BranchSnapshot): boolean {
  return parents.length === 1 && parents[0]?.sha === head
}

type MovedProposal = {
  readonly proposal: ProposalRecord
  /** The proposal's commit, below any merges, and its parent. */
  readonly range: CommitRange
  /** The commit of the base branch that the proposal was rebased onto or merged with. */
  readonly start: CommitTree
  /** Number of commits that this accounts for. */
  readonly commits: number
}

/** Enough for a pull request into which a busy base was merged every day. */
const maxHistoryQueries = 5

/** The proposal below any merges of the base branch, which are the second parents. */
async function readMovedProposal(
  { pullRequests }: Repository,
  head: HeadCommit,
): Promise<MovedProposal | undefined> {
  const isMerge = ({ parents }: HeadCommit): boolean => parents.length === 2
  const chain = isMerge(head)
    ? await pullRequests.followFirstParents(
        head.sha,
        (commit) => !isMerge(commit),
        maxHistoryQueries,
      )
    : [head]
  const commit = chain?.at(-1)
  const [parent, ...others] = commit?.parents ?? []
  const start = head.parents.at(-1)
  if (commit === undefined || parent === undefined || others.length > 0) return undefined
  const proposal = readOwnProposal(commit.message)
  const range = { from: parent.sha, to: commit.sha }
  return proposal && start && { proposal, range, start, commits: chain?.length ?? 0 }
}

/**
 * Whether a commit is the base's tree with the proposal's changes, and nothing else. The base may have
 * some of them already.
 */
async function proposesOnly(
  repository: Repository,
  base: BranchSnapshot,
  commit: HeadCommit,
  { proposal, range, start }: MovedProposal,
): Promise<boolean> {
  const proposed = await listProposedFiles(repository, base, range)
  if (filesDigest(base.branch, proposed) !== proposal.files) return false
  const { from, to } = await repository.listFiles({ from: start.sha, to: commit.sha }, [
    ...base.directories.keys(),
  ])
  const merged = proposed.map((file): MergedFile => {
    const { path } = file
    return { ...file, current: from.get(path)?.oid, result: to.get(path)?.oid }
  })
  if (!(await areMergedCleanly(repository, base, merged))) return false
  const entries = merged
    .filter(({ current, result }) => current !== result)
    .map(({ path, result, executable }) => ({ path, executable, sha: result ?? null }))
  return (await repository.createTree(start.tree, entries)) === commit.tree
}

/** The files in the directories of the plan that differ between two commits. */
export async function listProposedFiles(
  repository: Repository,
  { directories }: BranchSnapshot,
  commits: CommitRange,
): Promise<ProposedFile[]> {
  const { from, to } = await repository.listFiles(commits, [...directories.keys()])
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((path) => {
    const [before, after] = [from.get(path), to.get(path)]
    if (before?.oid === after?.oid && before?.executable === after?.executable) return []
    return [
      { path, before: before?.oid, after: after?.oid, executable: after?.executable ?? false },
    ]
  })
}

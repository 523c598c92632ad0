import { blobOid, pathIn, type BranchSnapshot } from './branch.ts'
import { changesDigest, readMarker, type PullRequestMarker } from './pull-request-marker.ts'
import { changesOf, editsOf, type ChangedEntry, type Plan } from './result.ts'

/** The user's settings for the pull request. */
export type PullRequestSettings = {
  /** Head branch; undefined: `mlflow-sync/<base>`. */
  readonly branch: string | undefined
  /** Template of the title; undefined: the commit's first line. */
  readonly title: string | undefined
  readonly labels: readonly string[]
}

/** The head branch of the pull request. */
export type HeadBranch = {
  readonly name: string
  /** Commit at the head of the branch. */
  readonly head: string
  /** URL of that commit. */
  readonly url: string
  readonly message: string
  readonly parents: readonly string[]
  /** Git's hashes of everything in the directories of the plan, by path. */
  readonly objects: ReadonlyMap<string, string>
}

export type PullRequest = {
  readonly number: number
  readonly url: string
  readonly state: 'open' | 'closed'
  readonly merged: boolean
  readonly body: string
}

/** State of the head branch and its pull requests before a plan is proposed. */
export type PullRequestState = {
  /** Undefined if the branch does not exist. */
  readonly head: HeadBranch | undefined
  /** Newest first, only those from this repository's head branch into this base branch. */
  readonly pullRequests: readonly PullRequest[]
}

/** What to do about the pull request. */
export type PullRequestDecision =
  /** Nothing is left to propose: close the open pull request and delete the head branch. */
  | { readonly kind: 'withdraw'; readonly open: PullRequest | undefined }
  /** The open pull request already proposes exactly these changes. */
  | { readonly kind: 'keep'; readonly open: PullRequest }
  /** A person closed a pull request with the same changes without merging it. */
  | { readonly kind: 'respect-rejection'; readonly rejected: PullRequest }
  /** Open a pull request, or update the open one. */
  | { readonly kind: 'propose'; readonly open: PullRequest | undefined }

/**
 * Decides what happens to the pull request. The caller has already checked that the head branch is
 * the action's own.
 */
export function decidePullRequest(plan: Plan, state: PullRequestState): PullRequestDecision {
  const open = openPullRequest(state)
  if (editsOf(plan).length === 0) return { kind: 'withdraw', open }
  if (open !== undefined) {
    return isUpToDate(state.head, plan) ? { kind: 'keep', open } : { kind: 'propose', open }
  }
  const rejected = findRejected(state, changesOf(plan.entries))
  return rejected === undefined
    ? { kind: 'propose', open }
    : { kind: 'respect-rejection', rejected }
}

export function openPullRequest({ pullRequests }: PullRequestState): PullRequest | undefined {
  return pullRequests.find(({ state }) => state === 'open')
}

/**
 * Whether the head branch is recognised as the action's own: it is at the base's head, or its commit
 * was made by this job or is recorded in the body of a pull request. If no body contains a record, a
 * commit that looks like one of the action's is enough. In all other cases the branches have to be
 * compared.
 */
export function isRecognised(
  { pullRequests }: PullRequestState,
  head: HeadBranch,
  base: BranchSnapshot,
  ownCommits: ReadonlySet<string>,
): boolean {
  if (head.head === base.head || ownCommits.has(head.head)) return true
  const recorded = new Set(pullRequests.flatMap(({ body }) => readMarker(body)?.heads ?? []))
  if (recorded.has(head.head)) return true
  const looksLikeOurs = head.parents.length === 1 && /^MLflow-Run-Id: /m.test(head.message)
  return looksLikeOurs && recorded.size === 0
}

/** Whether the head branch is the base's head plus exactly the changes of the plan. */
export function isUpToDate(head: HeadBranch | undefined, plan: Plan): boolean {
  const { snapshot } = plan
  if (head?.parents.length !== 1 || head.parents[0] !== snapshot.head) return false
  const edits = editsOf(plan)
  const expected = objectsOf(snapshot)
  for (const { path, after } of edits) {
    if (after === undefined) expected.delete(path)
    else expected.set(path, blobOid(new TextEncoder().encode(after)))
  }
  // The hash of a subdirectory that contains another target's files changes with them.
  const isCompared = ([path]: [string, string]): boolean =>
    !edits.some((edit) => edit.path.startsWith(`${path}/`))
  const wanted = [...expected].filter(isCompared)
  const actual = [...head.objects].filter(isCompared)
  return (
    wanted.length === actual.length && wanted.every(([path, oid]) => head.objects.get(path) === oid)
  )
}

/** Git's hashes of everything in the directories of a snapshot, by path. */
function objectsOf({ directories }: BranchSnapshot): Map<string, string> {
  return new Map(
    [...directories.values()].flatMap(({ path, entries }) =>
      [...entries.values()].map(({ name, oid }): [string, string] => [pathIn(path, name), oid]),
    ),
  )
}

/**
 * Among the closed pull requests, only the newest with the same changes counts, even if its branch is
 * gone.
 */
function findRejected(
  { pullRequests }: PullRequestState,
  changes: readonly ChangedEntry[],
): PullRequest | undefined {
  const digest = changesDigest(changes)
  const newest = pullRequests.find(({ body }) => readMarker(body)?.digest === digest)
  if (newest === undefined || newest.merged) return undefined
  return readMarker(newest.body)?.withdrawn === true ? undefined : newest
}

/** Earlier heads are recorded as well, because a killed job can leave the branch at one of them. */
const maxRecordedHeads = 5

/** The marker for the body of the pull request that proposes the commit `sha`. */
export function markerFor(plan: Plan, state: PullRequestState, sha: string): PullRequestMarker {
  const open = openPullRequest(state)
  const earlier = open === undefined ? [] : (readMarker(open.body)?.heads ?? [])
  const current = state.head === undefined ? [] : [state.head.head]
  const heads = [...new Set([sha, ...current, ...earlier])].slice(0, maxRecordedHeads)
  return { digest: changesDigest(changesOf(plan.entries)), heads, withdrawn: false }
}

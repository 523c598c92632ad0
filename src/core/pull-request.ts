import { blobOid, type BranchSnapshot, pathIn } from './branch.ts'
import { changesDigest, readMarker, type PullRequestMarker } from './pull-request-marker.ts'
import { changesOf, type ChangedEntry, type Plan } from './result.ts'

/** How the changes are proposed. */
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
  /** Commit at its head. */
  readonly head: string
  /** URL of that commit. */
  readonly url: string
  readonly message: string
  readonly parents: readonly string[]
  /** Git's hashes of the files in each directory of the plan, by path of the file. */
  readonly files: ReadonlyMap<string, string>
}

export type PullRequest = {
  readonly number: number
  readonly url: string
  readonly state: 'open' | 'closed'
  readonly merged: boolean
  readonly title: string
  readonly body: string
}

/** What is there when a plan is to be proposed. */
export type PullRequestState = {
  /** Undefined: the branch does not exist. */
  readonly head: HeadBranch | undefined
  /** Newest first; only those of this repository's own head branch into this base. */
  readonly pullRequests: readonly PullRequest[]
}

/** What to do about the pull request. */
export type PullRequestDecision =
  /** Nothing is left to propose: close what is open, delete the head branch. */
  | { readonly kind: 'withdraw'; readonly open: PullRequest | undefined }
  /** The open pull request already proposes exactly this. */
  | { readonly kind: 'keep'; readonly open: PullRequest }
  /** A person closed a pull request with the same changes. */
  | { readonly kind: 'respect-rejection'; readonly rejected: PullRequest }
  /** Open a pull request, or update the open one. */
  | { readonly kind: 'propose'; readonly open: PullRequest | undefined }

/** Decides what happens to the pull request; the head branch is known to be the action's own. */
export function decidePullRequest(plan: Plan, state: PullRequestState): PullRequestDecision {
  const changes = changesOf(plan.entries)
  const open = openPullRequest(state)
  if (changes.length === 0) return { kind: 'withdraw', open }
  if (open !== undefined) {
    return isUpToDate(state.head, plan) ? { kind: 'keep', open } : { kind: 'propose', open }
  }
  const rejected = rejectedBefore(state, changes)
  return rejected === undefined
    ? { kind: 'propose', open }
    : { kind: 'respect-rejection', rejected }
}

export function openPullRequest({ pullRequests }: PullRequestState): PullRequest | undefined {
  return pullRequests.find(({ state }) => state === 'open')
}

/**
 * Whether the head branch is recognised as the action's own: it is where the base is, its commit was
 * made by this job or is named in a pull request's body, or, when every body lost that memory, it
 * looks like one of the action's commits. Anything else takes a comparison of the branches to tell.
 */
export function isRecognised(
  { pullRequests }: PullRequestState,
  head: HeadBranch,
  base: BranchSnapshot,
  madeByThisJob: ReadonlySet<string>,
): boolean {
  if (head.head === base.head || madeByThisJob.has(head.head)) return true
  const recorded = new Set(pullRequests.flatMap(({ body }) => readMarker(body)?.heads ?? []))
  if (recorded.has(head.head)) return true
  const looksOurs = head.parents.length === 1 && /^MLflow-Run-Id: /m.test(head.message)
  return looksOurs && recorded.size === 0
}

/** Whether the head branch is the base's head plus exactly the plan. */
export function isUpToDate(head: HeadBranch | undefined, { snapshot, entries }: Plan): boolean {
  if (head?.parents.length !== 1 || head.parents[0] !== snapshot.head) return false
  const wanted = filesOf(snapshot)
  for (const { path, after } of changesOf(entries).map(({ edit }) => edit)) {
    if (after === undefined) wanted.delete(path)
    else wanted.set(path, blobOid(new TextEncoder().encode(after)))
  }
  return (
    wanted.size === head.files.size &&
    [...wanted].every(([path, oid]) => head.files.get(path) === oid)
  )
}

function filesOf({ directories }: BranchSnapshot): Map<string, string> {
  const files = new Map<string, string>()
  for (const { path, entries } of directories.values()) {
    for (const { name, kind, oid } of entries.values()) {
      if (kind !== 'directory') files.set(pathIn(path, name), oid)
    }
  }
  return files
}

/** The newest pull request with the same changes decides, however its branch fared. */
function rejectedBefore(
  { pullRequests }: PullRequestState,
  changes: readonly ChangedEntry[],
): PullRequest | undefined {
  const digest = changesDigest(changes)
  const last = pullRequests.find(({ body }) => readMarker(body)?.digest === digest)
  if (last === undefined || last.merged || last.state === 'open') return undefined
  return readMarker(last.body)?.withdrawn === true ? undefined : last
}

/** A job that was killed may have left the branch one step behind. */
const rememberedHeads = 5

/** What the pull request's body is to remember once `sha` is proposed. */
export function markerFor(plan: Plan, state: PullRequestState, sha: string): PullRequestMarker {
  const open = openPullRequest(state)
  const earlier = open === undefined ? [] : (readMarker(open.body)?.heads ?? [])
  const current = state.head === undefined ? [] : [state.head.head]
  const heads = [...new Set([sha, ...current, ...earlier])].slice(0, rememberedHeads)
  return { digest: changesDigest(changesOf(plan.entries)), heads, withdrawn: false }
}

import { createCommitGraph, type CommitGraph, type GraphCommit } from './commit-graph.ts'
import { editsOfOwnCommit, isRevert, removedByAction } from './own-commit.ts'
import { readProposal } from './proposal.ts'
import { neutralise } from './text/neutralise.ts'
import type { Prose } from './text/prose.ts'

/** Whose it is that a values file is gone, by the history of its branch. */

/** A commit in a history, newest first. */
export type CommitMessage = {
  readonly sha: string
  readonly url: string
  /** When it was committed, in milliseconds since 1970; Git knows whole seconds. */
  readonly date: number
  readonly message: string
}

/** A commit in the history of a branch. */
export type BranchCommit = CommitMessage & GraphCommit

/** A commit in the history of a directory. */
export type HistoryCommit = CommitMessage & {
  /** Messages of the first commits of the merged pull requests that brought it to the branch. */
  readonly proposals: readonly string[]
}

/** The newest commits of a directory. */
export type DirectoryHistory = {
  readonly commits: readonly HistoryCommit[]
  /** Whether there are no older ones. */
  readonly isComplete: boolean
  /** The newest commits of the branch, whatever they touch. */
  readonly recent: readonly BranchCommit[]
}

/** A commit of a pull request that was merged. */
export type ProposedCommit = {
  readonly message: string
  /** Whether it removed the file in question. */
  readonly removesFile: boolean
}

/** The last commit that touched the path of a file that does not exist: it removed the file. */
export type RemovalCommit = CommitMessage & {
  /** The file before its removal; undefined if it is not known. */
  readonly before: string | undefined
  /** The commits of the pull requests of which it is the merge. */
  readonly landed: readonly ProposedCommit[]
}

/** That the file of a run is gone although the action did not remove it, or that it is not known. */
export type Removal =
  | {
      readonly kind: 'person'
      readonly sha: string
      readonly url: string
      readonly date: number
      readonly before: string | undefined
      /** When the file was gone on the branch, which may be later than the commit. */
      readonly landed: number
      /** The commit is the last one of the action that names the run: a later one removed the file. */
      readonly isAfter: boolean
    }
  | { readonly kind: 'unreadable'; readonly reason: Prose }

/**
 * Until when a version must have been registered for its file to have been in the directory: until the
 * action's last commit there. Without one, others have put the files there, such as a person who renamed
 * the directory, and the last commit of anybody counts. Infinity if the action's last commit may be among
 * those that were not read.
 */
export function lastCreation({ commits, isComplete }: DirectoryHistory): number {
  const last = commits.find(mayBeActions)
  if (last !== undefined) return endOf(last)
  if (!isComplete) return Infinity
  // It takes two commits to create a file and to remove it.
  const [newest, older] = commits
  return newest === undefined || older === undefined ? -Infinity : endOf(newest)
}

/** Git drops fractions of a second. */
function endOf({ date }: CommitMessage): number {
  return date + 1000
}

/** Whether the action has certainly committed something to the branch, in any directory. */
export function hasActionsCommit({ commits, recent }: DirectoryHistory): boolean {
  return commits.some(mayBeActions) || recent.some(({ message }) => mentionsRuns(message))
}

/** Recognises more than the action's commits, because one that is missed could hide a deletion. */
function mayBeActions({ message, proposals }: HistoryCommit): boolean {
  return mentionsRuns(message) || proposals.some((text) => readProposal(text) !== undefined)
}

function mentionsRuns(message: string): boolean {
  return /^MLflow-(Run-Id|Sync-Proposal): /m.test(message)
}

/** What the newest commit of the action that names a file did to it. */
export type LastEdit = {
  readonly commit: CommitMessage
  readonly wrote: boolean
  /** Whether a commit is certainly older. */
  readonly isAfter: (other: CommitMessage) => boolean
  /** When what removed the file without a commit of its own reached the branch, at the latest. */
  readonly undone: number
}

/**
 * What the action's newest commits did to each file, by path, as `editKey` has it. Only commits that name
 * the run of the file in a trailer count.
 */
export function findLastEdits({
  commits,
  recent,
}: DirectoryHistory): ReadonlyMap<string, LastEdit> {
  const found = new Map<string, LastEdit>()
  const graph = createCommitGraph(recent)
  for (const list of [recent, commits]) {
    for (const [index, commit] of list.entries()) {
      const edits = editsOfOwnCommit(commit.message)
      if (edits.length === 0) continue
      const undone = latestUndoing(graph, commit)
      for (const { path, wrote } of edits) {
        if (found.has(path)) continue
        const isAfter = (other: CommitMessage): boolean => {
          if (graph.has(commit.sha) && graph.has(other.sha)) {
            return graph.reachableFrom(commit.sha).has(other.sha)
          }
          const position = list.findIndex(({ sha }) => sha === other.sha)
          return position === -1 ? commit.date > other.date : index < position
        }
        found.set(path, { commit, wrote, isAfter, undone })
      }
    }
  }
  return found
}

/**
 * Only a merge can remove a file unseen: it left out what one of its sides had. Which one is not known, so
 * that it is the newest.
 */
function latestUndoing(graph: CommitGraph<BranchCommit>, { sha, date }: CommitMessage): number {
  const merges = graph.has(sha)
    ? graph.joins(sha).map(({ merge }) => merge)
    : graph.commits.filter(({ parents }) => parents.length > 1)
  const oldest = graph.has(sha) ? undefined : graph.commits.at(-1)
  return Math.max(date, merges[0]?.date ?? oldest?.date ?? date)
}

/**
 * When a commit reached the branch: a commit of another branch when that was merged, and one of a clone when
 * it was merged with the action's commits on the branch.
 */
function landingOf({ sha, date }: CommitMessage, graph: CommitGraph<BranchCommit>): number {
  const own = graph.commits
    .filter(({ message }) => mentionsRuns(message))
    .map((commit) => commit.sha)
  const landing = graph.joins(sha).find(({ merge, withCommit, withoutCommit }) => {
    const [first = ''] = merge.parents
    if (withoutCommit.includes(first)) return true
    const known = withCommit.map((parent) => graph.reachableFrom(parent))
    return withoutCommit.some((parent) => {
      const line = graph.reachableFrom(parent)
      return own.some((commit) => line.has(commit) && !known.some((side) => side.has(commit)))
    })
  })
  return Math.max(date, landing?.merge.date ?? date)
}

/** How a commit message spells a path. */
export function editKey(path: string): string {
  return neutralise(path, maxLine)
}

/** Paths that GitHub and MLflow accept are shorter. */
const maxLine = 600

/**
 * Decides whether a person removed the file of a run, or the action did.
 *
 * Git leaves out of the history of a path what is on the other side of a merge that left the path as
 * one of its parents had it, such as a pull into a clone that is older than the file. If the action's
 * newest commit that names the file wrote it, somebody has removed it since.
 *
 * @param file `path` is spelled as in the repository.
 * @param removal the last commit that touched the path; undefined if Git finds none.
 * @returns undefined if the file may be created.
 */
export function findPersonsRemoval(
  file: {
    readonly path: string
    readonly runId: string
    readonly lastEdit: LastEdit | undefined
  },
  removal: RemovalCommit | undefined,
  graph: CommitGraph<BranchCommit>,
): Removal | undefined {
  const { lastEdit } = file
  if (lastEdit?.wrote === true && (removal === undefined || lastEdit.isAfter(removal))) {
    const { commit, undone: landed } = lastEdit
    const { sha, url, date } = commit
    return { kind: 'person', sha, url, date, before: undefined, landed, isAfter: true }
  }
  if (removal === undefined || isActions(removal, file)) return undefined
  const { sha, url, date, before } = removal
  const landed = landingOf(removal, graph)
  return { kind: 'person', sha, url, date, before, landed, isAfter: false }
}

/**
 * Whether the action removed the file: its commit says so, or it is the merge of a pull request in which
 * such a commit did. A revert is a person's, whatever it quotes.
 */
function isActions(
  { message, landed }: RemovalCommit,
  { path, runId }: { readonly path: string; readonly runId: string },
): boolean {
  const isOwn = (text: string): boolean => removedByAction(text, runId, editKey(path))
  return (
    isOwn(message) ||
    (!isRevert(message) && landed.some((commit) => commit.removesFile && isOwn(commit.message)))
  )
}

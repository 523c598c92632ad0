import { readProposal } from './proposal.ts'
import { neutralise, trailerValue } from './text/neutralise.ts'
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
  readonly recent: readonly CommitMessage[]
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
      /** The commit is the last one of the action that names the run: a later one removed the file. */
      readonly isAfter: boolean
    }
  | { readonly kind: 'unreadable'; readonly reason: Prose }

/**
 * Until when a version must have been registered for the action to have written its file: until the
 * action's last commit in the directory. Infinity if that is among the commits that were not read.
 */
export function lastActionCommit({ commits, isComplete }: DirectoryHistory): number {
  const last = commits.find(mayBeActions)
  if (last === undefined) return isComplete ? -Infinity : Infinity
  // Git drops fractions of a second.
  return last.date + 1000
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
  for (const list of [recent, commits]) {
    for (const [index, commit] of list.entries()) {
      const isAfter = (other: CommitMessage): boolean => {
        const position = list.findIndex(({ sha }) => sha === other.sha)
        return position === -1 ? commit.date > other.date : index < position
      }
      const runs = new Set(runsNamedIn(commit.message))
      if (runs.size === 0) continue
      for (const { path, run, wrote } of editsNamedIn(commit.message)) {
        if (runs.has(run) && !found.has(path)) found.set(path, { commit, wrote, isAfter })
      }
    }
  }
  return found
}

/** How a commit message spells a path. */
export function editKey(path: string): string {
  return neutralise(path, maxLine)
}

/** Paths that GitHub and MLflow accept are shorter. */
const maxLine = 600

/** The list of files in the message of a commit of the action. */
function editsNamedIn(message: string): { path: string; run: string; wrote: boolean }[] {
  return [...message.matchAll(/^(Add|Update|Remove) ((?:.*\/)?([^/\s]+)\.yaml)(?=: |$)/gm)].map(
    ([, verb, path = '', name = '']) => ({
      path,
      run: trailerValue(name),
      wrote: verb !== 'Remove',
    }),
  )
}

/**
 * Decides whether a person removed the file of a run, or the action did.
 *
 * Git leaves out of the history of a path what is on the other side of a merge that left the path as
 * one of its parents had it, such as a pull into a clone that is older than the file. If the action's
 * newest commit that names the file wrote it, somebody has removed it since.
 *
 * @param removal the last commit that touched the path; undefined if Git finds none.
 * @returns undefined if the file may be created.
 */
export function findPersonsRemoval(
  { runId, lastEdit }: { readonly runId: string; readonly lastEdit: LastEdit | undefined },
  removal: RemovalCommit | undefined,
): Removal | undefined {
  if (lastEdit?.wrote === true && (removal === undefined || lastEdit.isAfter(removal))) {
    const { sha, url, date } = lastEdit.commit
    return { kind: 'person', sha, url, date, before: undefined, isAfter: true }
  }
  if (removal === undefined || isActions(removal, runId)) return undefined
  const { sha, url, date, before } = removal
  return { kind: 'person', sha, url, date, before, isAfter: false }
}

/**
 * Whether the action removed the file: its commit says so, or it is the merge of a pull request in which
 * such a commit did. A revert is a person's, whatever it quotes.
 */
function isActions({ message, landed }: RemovalCommit, runId: string): boolean {
  const names = (text: string): boolean => runsNamedIn(text).includes(trailerValue(runId))
  return (
    names(message) ||
    (!isRevert(message) && landed.some((commit) => commit.removesFile && names(commit.message)))
  )
}

/** The values of the trailers `MLflow-Run-Id` of a commit of the action. */
function runsNamedIn(message: string): string[] {
  if (isRevert(message)) return []
  return trailersIn(message).flatMap((line) => {
    const [, value] = /^MLflow-Run-Id: (.+)$/.exec(line) ?? []
    return value === undefined ? [] : [value]
  })
}

/** `git revert`, and GitHub's button. */
function isRevert(message: string): boolean {
  return /^(Revert|Reapply) "/.test(message) || /^This reverts commit [0-9a-f]{7}/m.test(message)
}

/** As `git interpret-trailers` finds them: the last paragraph, unless it has any other line. */
function trailersIn(message: string): string[] {
  const [, ...paragraphs] = message
    .replaceAll('\r\n', '\n')
    .trimEnd()
    .split(/\n\s*\n/)
  const lines = paragraphs.at(-1)?.split('\n') ?? []
  return lines.every((line) => trailerPattern.test(line)) ? lines : []
}

const trailerPattern = /^(?:[A-Za-z0-9-]+:\s|\(cherry picked from commit [0-9a-f]+\)$|\s+\S)/

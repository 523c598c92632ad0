import { trailerValue } from './text/neutralise.ts'

/** What the message of a commit says about the action's own changes. */

/** Whether the action wrote or removed a file, as a commit message spells its path. */
export type NamedEdit = { readonly path: string; readonly run: string; readonly wrote: boolean }

/**
 * The edits of a commit of the action, each of a run that one of its trailers names. Of those that a squash
 * of several commits quotes, only files that the action wrote count: at worst, a file is held that could be
 * created. None for any other message, such as that of a revert.
 */
export function editsOfOwnCommit(message: string): NamedEdit[] {
  const isOwn = hasOwnForm(message)
  const runs = new Set(isOwn ? runsNamedIn(message) : runsQuotedIn(message))
  if (runs.size === 0) return []
  const edits = editsNamedIn(message).filter(({ run }) => runs.has(run))
  if (isOwn) return edits
  const last = new Map(edits.map((edit) => [edit.path, edit]))
  return [...last.values()].filter(({ wrote }) => wrote)
}

/**
 * Whether a commit of the action removed a file: its trailers name the run, and its list of files says so,
 * unless that was too long. The squash of a branch may end with trailers of the action as well, but then
 * it quotes what the action did to the file.
 */
export function removedByAction(message: string, runId: string, path: string): boolean {
  if (!runsNamedIn(message).includes(trailerValue(runId))) return false
  const last = editsNamedIn(message).findLast((edit) => edit.path === path)
  return last === undefined ? hasOwnForm(message) : !last.wrote
}

/** `git revert`, and GitHub's button. */
export function isRevert(message: string): boolean {
  return /^(Revert|Reapply) "/.test(message) || /^This reverts commit [0-9a-f]{7}/m.test(message)
}

/** A first line, the list of files if there is one, and trailers. */
function hasOwnForm(message: string): boolean {
  const [, ...paragraphs] = paragraphsOf(message)
  const texts = paragraphs.slice(0, -1).flatMap((paragraph) => paragraph.split('\n'))
  return paragraphs.length <= 2 && texts.every((line) => /^(Add|Update|Remove) |^and \d/.test(line))
}

/** The list of files in the message of a commit of the action. */
function editsNamedIn(message: string): NamedEdit[] {
  return [...message.matchAll(/^(Add|Update|Remove) ((?:.*\/)?([^/\s]+)\.yaml)(?=: |$)/gm)].map(
    ([, verb, path = '', name = '']) => ({
      path,
      run: trailerValue(name),
      wrote: verb !== 'Remove',
    }),
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

/** The same wherever they are: a squash has the messages of all commits of a branch, one after the other. */
function runsQuotedIn(message: string): string[] {
  if (isRevert(message)) return []
  return [...message.matchAll(/^MLflow-Run-Id: (.+?)\r?$/gm)].flatMap(([, value]) => value ?? [])
}

/** As `git interpret-trailers` finds them: the last paragraph, unless it has any other line. */
function trailersIn(message: string): string[] {
  const [, ...paragraphs] = paragraphsOf(message)
  const lines = paragraphs.at(-1)?.split('\n') ?? []
  return lines.every((line) => trailerPattern.test(line)) ? lines : []
}

function paragraphsOf(message: string): string[] {
  return message
    .replaceAll('\r\n', '\n')
    .trimEnd()
    .split(/\n\s*\n/)
}

const trailerPattern = /^(?:[A-Za-z0-9-]+:\s|\(cherry picked from commit [0-9a-f]+\)$|\s+\S)/

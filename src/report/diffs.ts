import {
  diffLines,
  FILE_HEADERS_ONLY,
  formatPatch,
  structuredPatch,
  type StructuredPatch,
} from 'diff'
import { editsOf } from '../core/changes.ts'
import { changesOf, type FileEdit } from '../core/entry.ts'
import { byModel } from '../core/message/change-table.ts'
import { plural, takeLines } from '../core/text/format.ts'
import { fenced, htmlCode } from '../core/text/markdown.ts'
import { fold } from '../core/text/table.ts'
import type { JobResult } from './result.ts'
import { joinParts, notShownNote, type Section } from './sections.ts'

/** Diffs of updates are open if there are at most this many. */
const maxOpen = 3
/** Longest text of one file, in bytes. */
const maxFileBytes = 100_000
const noteBytes = 400

/**
 * In a plan: the diff of each file that would be updated or deleted, one complete new file, and the
 * lines in which the other new files differ from it.
 */
export const planSection: Section = ({ mode, entries, extraFiles }, maxBytes, level = '###') => {
  if (mode !== 'plan') return ''
  const valuesFiles = byModel(changesOf(entries)).map(({ edit }) => edit)
  const edits = [...valuesFiles, ...extraFiles]
  const updates = edits.filter(({ before, after }) => before !== undefined && after !== undefined)
  const deletions = edits.filter(({ after }) => after === undefined)
  const [example, ...others] = valuesFiles.filter(isNew)
  const isOpen = updates.length <= maxOpen
  const items = [
    ...updates.map((edit) => () => foldedDiff('Update of', edit, isOpen)),
    ...(example === undefined ? [] : [() => foldedFile(example, others.length > 0)]),
    ...others.map((edit) => () => foldedDifference(edit, example?.after ?? '')),
    ...extraFiles.filter(isNew).map((edit) => () => foldedFile(edit, false, 'markdown')),
    ...deletions.map((edit) => () => foldedDiff('Deletion of', edit, false)),
  ]
  if (items.length === 0) return ''
  const shown = takeLines(items, (item) => `${item()}\n`, maxBytes - noteBytes)
  const text = layOut(shown, updates.length + 1, items.length - shown.length)
  return joinParts(`${level} Files`, text)
}

/** Many files are folded together, so that the end of the summary stays in reach. */
function layOut(shown: readonly string[], maxShown: number, omitted: number): string {
  const texts = shown.map((text) => text.trimEnd())
  const limit = Math.max(maxShown, maxTogether)
  const rest = texts.slice(limit)
  return joinParts(
    ...texts.slice(0, limit),
    rest.length === 0 ? '' : fold(plural(rest.length, 'more file'), rest.join('\n\n')),
    notShownNote(omitted),
  )
}

const maxTogether = 10

function foldedDiff(what: string, edit: FileEdit, isOpen: boolean): string {
  return foldedText(`${what} ${htmlCode(edit.path, 400)}`, unifiedDiff(edit), 'diff', isOpen)
}

function isNew({ before }: FileEdit): boolean {
  return before === undefined
}

function foldedFile({ path, after = '' }: FileEdit, isExample: boolean, language = 'yaml'): string {
  const note = isExample ? ' (complete; the others only where they differ from it)' : ''
  return foldedText(`New file ${htmlCode(path, 400)}${note}`, after, language, false)
}

function foldedDifference({ path, after = '' }: FileEdit, example: string): string {
  const different = diffLines(example, after, { maxEditLength })
    ?.filter(({ added }) => added)
    .map(({ value }) => value)
    .join('')
  return foldedText(`New file ${htmlCode(path, 400)}`, different ?? after, 'yaml', false)
}

function foldedText(title: string, text: string, language: string, isOpen: boolean): string {
  const lines = text.replace(/\n$/, '').split('\n')
  const taken = takeLines(lines, (line) => line, maxFileBytes)
  const omitted = lines.length - taken.length
  const note = omitted > 0 ? `${omitted} more lines not shown.` : ''
  return fold(title, joinParts(fenced(taken.join('\n'), language), note), isOpen)
}

/** In a plan, the diff of each file that a sync would change; for the report. */
export function allDiffs(result: JobResult): { path: string; diff: string }[] {
  return editsOf(result).map((edit) => ({ path: edit.path, diff: unifiedDiff(edit) }))
}

const context = 3
/**
 * The search for a minimal diff is quadratic; beyond this many edits, all lines are shown as
 * replaced.
 */
const maxEditLength = 2000
/** Unified diff of one file that `git apply` accepts; empty if nothing differs. */
export function unifiedDiff({ path, before, after }: Omit<FileEdit, 'executable'>): string {
  const from = before === undefined ? '/dev/null' : `a/${path}`
  const to = after === undefined ? '/dev/null' : `b/${path}`
  const options = { context, maxEditLength }
  const patch =
    structuredPatch(from, to, before ?? '', after ?? '', undefined, undefined, options) ??
    replacement(from, to, before ?? '', after ?? '')
  return patch.hunks.length === 0 ? '' : formatPatch(patch, FILE_HEADERS_ONLY)
}

/** Deletes all lines and adds all new ones. */
function replacement(from: string, to: string, before: string, after: string): StructuredPatch {
  const deletion = structuredPatch(from, to, before, '')
  const [deleted] = deletion.hunks
  const [added] = structuredPatch(from, to, '', after).hunks
  const hunk = {
    oldStart: 1,
    oldLines: deleted?.oldLines ?? 0,
    newStart: 1,
    newLines: added?.newLines ?? 0,
    lines: [...(deleted?.lines ?? []), ...(added?.lines ?? [])],
  }
  return { ...deletion, hunks: [hunk] }
}

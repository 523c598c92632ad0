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

/** A file of a plan, as people see it. */
export type PlannedFile = {
  readonly change: 'Update of' | 'Deletion of' | 'New file'
  readonly path: string
  /** Follows the path; empty if there is nothing to add. */
  readonly note: string
  readonly language: 'diff' | 'yaml' | 'markdown'
  readonly text: () => string
}

/**
 * In a plan: the diff of each file that would be updated or deleted, one complete new file, and the
 * lines in which the other new files differ from it. Empty in the other modes.
 */
export function plannedFiles({ mode, entries, extraFiles }: JobResult): PlannedFile[] {
  if (mode !== 'plan') return []
  const valuesFiles = byModel(changesOf(entries)).map(({ edit }) => edit)
  const edits = [...valuesFiles, ...extraFiles]
  const updates = edits.filter(({ before, after }) => before !== undefined && after !== undefined)
  const deletions = edits.filter(({ after }) => after === undefined)
  const [example, ...others] = valuesFiles.filter(isNew)
  return [
    ...updates.map((edit) => plannedDiff('Update of', edit)),
    ...(example === undefined ? [] : [newFile(example, 'yaml', others.length > 0)]),
    ...others.map((edit) => ({
      ...newFile(edit, 'yaml'),
      text: () => differingLines(edit.after ?? '', example?.after ?? ''),
    })),
    ...extraFiles.filter(isNew).map((edit) => newFile(edit, 'markdown')),
    ...deletions.map((edit) => plannedDiff('Deletion of', edit)),
  ]
}

/** The files of a plan. */
export const planSection: Section = (result, maxBytes, level = '###') => {
  const files = plannedFiles(result)
  const updates = files.filter(({ change }) => change === 'Update of').length
  const isOpen = updates <= maxOpen
  const shown = takeLines(
    files,
    (file) => `${foldedFile(file, isOpen && file.change === 'Update of')}\n`,
    maxBytes - noteBytes,
  )
  if (files.length === 0) return ''
  return joinParts(`${level} Files`, layOut(shown, updates + 1, files.length - shown.length))
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

function plannedDiff(change: PlannedFile['change'], edit: FileEdit): PlannedFile {
  return { change, path: edit.path, note: '', language: 'diff', text: () => unifiedDiff(edit) }
}

function isNew({ before }: FileEdit): boolean {
  return before === undefined
}

function newFile(
  { path, after = '' }: FileEdit,
  language: 'yaml' | 'markdown',
  isExample = false,
): PlannedFile {
  const note = isExample ? ' (complete; the others only where they differ from it)' : ''
  return { change: 'New file', path, note, language, text: () => after }
}

function differingLines(text: string, example: string): string {
  const different = diffLines(example, text, { maxEditLength })
    ?.filter(({ added }) => added)
    .map(({ value }) => value)
    .join('')
  return different ?? text
}

function foldedFile({ change, path, note, language, text }: PlannedFile, isOpen: boolean): string {
  const lines = text().replace(/\n$/, '').split('\n')
  const taken = takeLines(lines, (line) => line, maxFileBytes)
  const omitted = lines.length - taken.length
  const more = omitted > 0 ? `${omitted} more lines not shown.` : ''
  const title = `${change} ${htmlCode(path, 400)}${note}`
  return fold(title, joinParts(fenced(taken.join('\n'), language), more), isOpen)
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

import { FILE_HEADERS_ONLY, formatPatch, structuredPatch, type StructuredPatch } from 'diff'
import { byImportance } from '../core/message/change-table.ts'
import { changesOf, type FileEdit, type Outcome } from '../core/result.ts'
import { takeLines } from '../core/text/format.ts'
import { fenced, htmlCode } from '../core/text/markdown.ts'
import { notShownNote, type Section } from './sections.ts'

/** Diffs are collapsed if there are more than this. */
const maxOpen = 3
/** Longest diff of one file, in bytes. */
const maxDiffBytes = 100_000
const noteBytes = 200

/** In a plan, the diff of each file that a sync would change. */
export const diffsSection: Section = ({ mode, entries, extraFiles }, maxBytes) => {
  const edits = [...byImportance(changesOf(entries)).map(({ edit }) => edit), ...extraFiles]
  if (mode !== 'plan' || edits.length === 0) return ''
  const title = '### Differences'
  const open = edits.length <= maxOpen ? ' open' : ''
  const room = maxBytes - title.length - noteBytes
  const taken = takeLines(edits, (edit) => foldedDiff(edit, open), room)
  return [title, ...taken, ...notShownNote(edits.length - taken.length)].join('\n')
}

function foldedDiff(edit: FileEdit, open: string): string {
  const lines = unifiedDiff(edit).replace(/\n$/, '').split('\n')
  const taken = takeLines(lines, (line) => line, maxDiffBytes)
  const omitted = lines.length - taken.length
  const summary = `${outcomeOf(edit)} ${htmlCode(edit.path, 400)}`
  const note = omitted > 0 ? `\n\n${omitted} more lines not shown.` : ''
  return `\n<details${open}><summary>${summary}</summary>\n\n${fenced(taken.join('\n'), 'diff')}${note}\n\n</details>`
}

function outcomeOf({ before, after }: FileEdit): Outcome {
  if (before === undefined) return 'created'
  return after === undefined ? 'deleted' : 'updated'
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

import { fitLines } from '../core/message/fit.ts'
import { byImportance } from '../core/message/change-table.ts'
import { code, fenced } from '../core/message/markdown.ts'
import { changesOf, type ChangedEntry } from '../core/result.ts'
import { unifiedDiff } from './diff.ts'
import { leftOutNote, type Section } from './sections.ts'

/** So many diffs are unfolded at once. */
const maxOpen = 3
/** Longest diff of one file, in bytes. */
const maxDiff = 100_000
const noteBytes = 200

/** In a plan, what would become of each file. */
export const diffsSection: Section = ({ mode, entries }, maxBytes) => {
  const changes = changesOf(entries)
  if (mode !== 'plan' || changes.length === 0) return ''
  const title = '### Differences'
  const open = changes.length <= maxOpen ? ' open' : ''
  const room = maxBytes - title.length - noteBytes
  const taken = fitLines(byImportance(changes), (change) => foldedDiff(change, open), room)
  return [title, ...taken, ...leftOutNote(changes.length - taken.length)].join('\n')
}

function foldedDiff({ outcome, edit }: ChangedEntry, open: string): string {
  const lines = unifiedDiff(edit).replace(/\n$/, '').split('\n')
  const taken = fitLines(lines, (line) => line, maxDiff)
  const left = lines.length - taken.length
  const summary = `${outcome} ${code(edit.path, 400)}`
  const note = left > 0 ? `\n\n${left} more lines left out.` : ''
  return `\n<details${open}><summary>${summary}</summary>\n\n${fenced(taken.join('\n'), 'diff')}${note}\n\n</details>`
}

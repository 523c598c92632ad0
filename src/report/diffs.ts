import { byImportance } from '../core/message/change-table.ts'
import { type ChangedEntry, changesOf, type FileEdit } from '../core/result.ts'
import { takeLines } from '../core/text/format.ts'
import { code, fenced } from '../core/text/markdown.ts'
import { notShownNote, type Section } from './sections.ts'

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
  const taken = takeLines(byImportance(changes), (change) => foldedDiff(change, open), room)
  return [title, ...taken, ...notShownNote(changes.length - taken.length)].join('\n')
}

function foldedDiff({ outcome, edit }: ChangedEntry, open: string): string {
  const lines = unifiedDiff(edit).replace(/\n$/, '').split('\n')
  const taken = takeLines(lines, (line) => line, maxDiff)
  const left = lines.length - taken.length
  const summary = `${outcome} ${code(edit.path, 400)}`
  const note = left > 0 ? `\n\n${left} more lines left out.` : ''
  return `\n<details${open}><summary>${summary}</summary>\n\n${fenced(taken.join('\n'), 'diff')}${note}\n\n</details>`
}

type Edit = { readonly sign: ' ' | '-' | '+'; readonly line: string }

const context = 3
/** Beyond so many pairs of lines the differing part is shown as replaced whole. */
const maxPairs = 4_000_000

/** Unified diff of one file, as `git apply` takes it; empty when nothing differs. */
export function unifiedDiff({ path, before, after }: Omit<FileEdit, 'executable'>): string {
  const edits = editsOf(linesOf(before), linesOf(after))
  const hunks = hunksOf(edits)
  if (hunks.length === 0) return ''
  return [
    `--- ${before === undefined ? '/dev/null' : `a/${path}`}\n`,
    `+++ ${after === undefined ? '/dev/null' : `b/${path}`}\n`,
    ...hunks,
  ].join('')
}

function linesOf(text: string | undefined): string[] {
  return text?.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function editsOf(before: readonly string[], after: readonly string[]): Edit[] {
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && before[head] === after[head]) head += 1
  let tail = 0
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1
  const same = (line: string): Edit => ({ sign: ' ', line })
  return [
    ...before.slice(0, head).map(same),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ]
}

/** Keeps a longest common subsequence; deletions stand before insertions. */
function middle(a: readonly string[], b: readonly string[]): Edit[] {
  const edits: Edit[] = []
  const common = a.length * b.length > maxPairs ? () => 0 : commonLengths(a, b)
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]]
    if (x !== undefined && x === y && common(i, j) > 0) {
      edits.push({ sign: ' ', line: x })
      i += 1
      j += 1
    } else if (x !== undefined && (y === undefined || common(i + 1, j) >= common(i, j + 1))) {
      edits.push({ sign: '-', line: x })
      i += 1
    } else {
      edits.push({ sign: '+', line: y ?? '' })
      j += 1
    }
  }
  return edits
}

/** Length of the longest common subsequence of what follows line i of a and line j of b. */
function commonLengths(a: readonly string[], b: readonly string[]) {
  const width = b.length + 1
  const lengths = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  return at
}

function hunksOf(edits: readonly Edit[]): string[] {
  const hunks: string[] = []
  let [end, oldLine, newLine] = [0, 1, 1]
  const skip = (upTo: number) => {
    for (const { sign } of edits.slice(end, upTo)) {
      if (sign !== '+') oldLine += 1
      if (sign !== '-') newLine += 1
    }
    end = upTo
  }
  for (;;) {
    const first = edits.findIndex(({ sign }, index) => index >= end && sign !== ' ')
    if (first === -1) return hunks
    skip(Math.max(end, first - context))
    const hunk = edits.slice(end, endOfHunk(edits, first))
    hunks.push(hunkText(hunk, oldLine, newLine))
    skip(end + hunk.length)
  }
}

/** A hunk goes on as long as changes are no further apart than their contexts reach. */
function endOfHunk(edits: readonly Edit[], first: number): number {
  let last = first
  for (let index = first; index < edits.length && index - last <= 2 * context + 1; index += 1) {
    if (edits[index]?.sign !== ' ') last = index
  }
  return Math.min(edits.length, last + 1 + context)
}

function hunkText(hunk: readonly Edit[], oldLine: number, newLine: number): string {
  const oldCount = hunk.filter(({ sign }) => sign !== '+').length
  const newCount = hunk.filter(({ sign }) => sign !== '-').length
  // By the format an empty side names the line before it.
  const range = (line: number, count: number) => `${count === 0 ? line - 1 : line},${count}`
  const lines = hunk.map(({ sign, line }) =>
    line.endsWith('\n') ? `${sign}${line}` : `${sign}${line}\n\\ No newline at end of file\n`,
  )
  return `@@ -${range(oldLine, oldCount)} +${range(newLine, newCount)} @@\n${lines.join('')}`
}

import { plain, prose, type Prose } from '../text/prose.ts'
import type { Flaw } from './flaw.ts'
import { lineEndAt } from './position.ts'

/** Replaces `remove` characters at offset `at`, both counted in UTF-16 code units. */
export type Edit = { readonly at: number; readonly remove: number; readonly insert: string }

/**
 * The file is valid YAML, but there is no safe way to edit it. Thrown and caught only in this
 * folder.
 */
export class EditError extends Error {
  readonly flaw: Flaw

  /** @param line undefined: the problem is with the edited entries as a whole. */
  constructor(problem: Prose, line?: number) {
    super(plain(problem))
    this.flaw = { problem, line }
  }
}

/**
 * Applies edits in the order of their offsets; edits at the same offset keep their order.
 *
 * @throws {EditError} If edits overlap.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = ''
  let done = 0
  for (const { at, remove, insert } of edits.toSorted((a, b) => a.at - b.at)) {
    if (at < done) throw new EditError(prose`two changes meet at the same place`)
    result += text.slice(done, at) + insert
    done = at + remove
  }
  return result + text.slice(done)
}

/** The line break that ends the line at an offset; on the last line, the first one in the file. */
export function lineBreakAfter(text: string, offset: number): string {
  const at = text.indexOf('\n', offset)
  return at < 0 ? firstLineBreak(text) : lineBreakEndingAt(text, at)
}

/** The file's first line break; a line feed if it has none. */
export function firstLineBreak(text: string): string {
  return lineBreakEndingAt(text, text.indexOf('\n'))
}

function lineBreakEndingAt(text: string, lineFeed: number): string {
  return text[lineFeed - 1] === '\r' ? '\r\n' : '\n'
}

/** @throws {EditError} If anything but a comment follows the offset on its line. */
export function checkRestOfLine(text: string, offset: number): void {
  if (/^[ \t]*(?:[ \t]#.*)?\r?$/.test(text.slice(offset, lineEndAt(text, offset)))) return
  throw new EditError(prose`something follows on the line where new keys would go`)
}

/**
 * Inserts lines after the line at an offset.
 *
 * @throws {EditError} If anything but a comment follows the offset on that line.
 */
export function insertLinesAfter(text: string, offset: number, lines: readonly string[]): Edit {
  checkRestOfLine(text, offset)
  const end = lineEndAt(text, offset)
  const lineBreak = lineBreakAfter(text, offset)
  return end === text.length
    ? { at: end, remove: 0, insert: lines.map((line) => lineBreak + line).join('') }
    : { at: end + 1, remove: 0, insert: lines.map((line) => line + lineBreak).join('') }
}

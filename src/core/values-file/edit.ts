import { plain, prose, type Prose } from '../text/prose.ts'
import type { Flaw } from './flaw.ts'
import { lineEndAt, lineStartAt } from './position.ts'

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

/**
 * Inserts lines below an offset's line and the comments below it that are indented deeper than
 * `column`: they belong to that line.
 */
export function appendLines(
  text: string,
  offset: number,
  column: number,
  lines: readonly string[],
): Edit {
  checkRestOfLine(text, offset)
  return insertLinesAfter(
    text,
    skipDeeperComments(text, offset, column),
    lines.map((line) => ' '.repeat(column) + line),
  )
}

/** End of the last comment that follows an offset and is indented deeper than `column`. */
function skipDeeperComments(text: string, offset: number, column: number): number {
  let end = offset
  let start = lineEndAt(text, offset) + 1
  while (start < text.length) {
    const lineEnd = lineEndAt(text, start)
    const line = text.slice(start, lineEnd)
    if (/^ *#/.test(line) && line.indexOf('#') > column) end = lineEnd
    else if (line.trim() !== '') break
    start = lineEnd + 1
  }
  return end
}

/** Inserts lines above an offset's line and the comments directly above it. */
export function insertLinesBefore(text: string, offset: number, lines: readonly string[]): Edit {
  const at = startWithComments(text, offset)
  const lineBreak = lineBreakAfter(text, at)
  return { at, remove: 0, insert: lines.map((line) => line + lineBreak).join('') }
}

/** Start of the comment lines directly above an offset's line, or of that line itself. */
export function startWithComments(text: string, offset: number): number {
  let start = lineStartAt(text, offset)
  while (start > 0) {
    const above = lineStartAt(text, start - 1)
    if (!/^[ \t]*#/.test(text.slice(above, start))) break
    start = above
  }
  return start
}

/** Inserts a value after a colon, or after the anchor or tag that follows it. */
export function insertValue(text: string, at: number, source: string): Edit {
  const spaces = / *(?=\r?\n|$)/y
  spaces.lastIndex = at
  const spacesToLineEnd = spaces.exec(text)?.[0].length ?? 0
  return spacesToLineEnd === 0
    ? { at, remove: 0, insert: ` ${source}` }
    : { at: at + spacesToLineEnd, remove: 0, insert: source }
}

import { CannotEdit, type Edit } from './edit.ts'

/** The line break that ends the line of an offset; on the last line the file's first one. */
export function lineBreakBehind(text: string, offset: number): string {
  const at = text.indexOf('\n', offset)
  return at < 0 ? firstLineBreak(text) : lineBreakEndingAt(text, at)
}

/** The file's first line break, or else a line feed. */
export function firstLineBreak(text: string): string {
  return lineBreakEndingAt(text, text.indexOf('\n'))
}

function lineBreakEndingAt(text: string, lineFeed: number): string {
  return lineFeed > 0 && text[lineFeed - 1] === '\r' ? '\r\n' : '\n'
}

/** Adds lines behind the line that an offset is on: nothing but a comment may follow there. */
export function linesBehind(text: string, offset: number, lines: readonly string[]): Edit {
  const lineFeed = text.indexOf('\n', offset)
  const lineBreak = lineBreakBehind(text, offset)
  const rest = text.slice(offset, lineFeed < 0 ? text.length : lineFeed)
  if (!/^[ \t]*(?:[ \t]#.*)?\r?$/.test(rest)) {
    throw new CannotEdit('something follows on the line where new keys would go')
  }
  return lineFeed < 0
    ? { at: text.length, remove: 0, insert: lines.map((line) => lineBreak + line).join('') }
    : { at: lineFeed + 1, remove: 0, insert: lines.map((line) => line + lineBreak).join('') }
}

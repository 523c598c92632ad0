/** Text to put in place of `remove` characters (UTF-16 code units) at an offset. */
export type Edit = { readonly at: number; readonly remove: number; readonly insert: string }

/** Thrown and caught within this folder: the file is legal, but has no safe place for the value. */
export class CannotEdit extends Error {}

/** Makes edits that do not overlap; those at one offset keep their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = ''
  let done = 0
  for (const { at, remove, insert } of edits.toSorted((a, b) => a.at - b.at)) {
    if (at < done) throw new CannotEdit('two changes meet at the same place')
    result += text.slice(done, at) + insert
    done = at + remove
  }
  return result + text.slice(done)
}

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

/** The line of an offset, counted from 1. */
export function lineNumberAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1))
    line += 1
  return line
}

/** Offset of the first character of a line, after a byte order mark. */
export function lineStartAt(text: string, offset: number): number {
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
  return text[start] === '\uFEFF' && start < offset ? start + 1 : start
}

/** Offset of the line feed that ends a line, or the end of the text. */
export function lineEndAt(text: string, offset: number): number {
  const lineFeed = text.indexOf('\n', offset)
  return lineFeed < 0 ? text.length : lineFeed
}

/** Offset at which a run of these characters begins that ends before an offset. */
export function runStartBefore(text: string, offset: number, characters: string): number {
  let start = offset
  while (start > 0 && characters.includes(text[start - 1] ?? '')) start -= 1
  return start
}

/** End of a sticky pattern's match at exactly this offset; undefined if there is none. */
export function endOfMatch(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}

/**
 * A character with which readers of YAML 1.1 and 1.2 read different values: a lone carriage return,
 * NEL, U+2028 and U+2029, which may be line breaks, and a byte order mark at the start of a later
 * line or of an indented one.
 */
export const ambiguousCharacter =
  /[\x85\u2028\u2029]|\r(?!\n)|\uFEFF(?<=\n[ \t]*\uFEFF)|^\uFEFF(?=[ \t]+[^ \t\r\n#])/

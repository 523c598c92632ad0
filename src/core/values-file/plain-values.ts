import type { WrittenScalar } from './interpret.ts'
import type { ScalarStyle } from './quote.ts'

/** Keys and values of one line, as far as npm yaml, PyYAML and Helm certainly agree on them. */

/** Anything that is not printable, or may be a line break or a byte order mark. */
export const unusualCharacter =
  /[^\t\n\r -~\xA0-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD\u{10000}-\u{10FFFF}]|\r(?!\n)/u

const spaces = / */y
const dash = /-(?=[ \r\n]|$)/y
const documentStart = /---(?=[ \r\n]|$)/y
/** What may follow a value on its line, with the line break. */
const restOfLine = /(?: +#.*| *)(?:\r?\n|$)/y

/** A key that is a string for every reader. */
const keySource = String.raw`(?!(?:y|n|yes|no|on|off|true|false|null):)(?:[A-Z_][\w./-]{0,250}|"[^"\\<\t\r\n]{1,250}"|'[^'<\t\r\n]{1,250}')`
const key = new RegExp(`${keySource}:(?=[ \\r\\n]|$)`, 'iy')

const doubleQuoted = /"[^"\\\r\n]*(?:\\["\\nrt][^"\\\r\n]*)*"/y
const singleQuoted = /'[^'\r\n]*(?:''[^'\r\n]*)*'/y
/** Without numbers and dates that a reader may reject. */
const plain =
  /(?![-+]?(?:0[box]|\.(?:inf|nan)|\d{4}-\d|[\d_]{1000}))(?:[\w./$+~^;()\\\u00A1-\uFFFF]|-(?=[\w./-]))(?:[^ \t\r\n:]+|:(?=[^ \t\r\n])| +(?=[^ \t\r\n#]))*/iy
const flowItem = String.raw`(?:"[^"\\\r\n]*"|'[^'\r\n]*'|-{0,2}[A-Z_/$][\w./$-]*|(?!0[box])\d[\w.]{0,250})`
const flowPair = `${keySource}: +${flowItem}`
/** Lists and maps of scalars. */
const flow = new RegExp(
  String.raw`\[ *(?:${flowItem}(?: *, *${flowItem})*)? *\]|\{ *(?:${flowPair}(?: *, *${flowPair})*)? *\}`,
  'iy',
)
const blockHeader = /[|>][+-]?/y

/** End of a match at exactly this offset. */
function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}

export function skipSpaces(text: string, at: number): number {
  return endOf(spaces, text, at) ?? at
}

export function skipLine(text: string, at: number): number {
  const lineFeed = text.indexOf('\n', at)
  return lineFeed < 0 ? text.length : lineFeed + 1
}

/** Offset behind the `-` of a list item; undefined if there is none. */
export function dashEnd(text: string, at: number): number | undefined {
  return endOf(dash, text, at)
}

/** Offset behind the colon of a key. */
export function keyEnd(text: string, at: number): number | undefined {
  return endOf(key, text, at)
}

/** Start of the line after `---`. */
export function documentStartEnd(text: string, at: number): number | undefined {
  const end = endOf(documentStart, text, at)
  return end === undefined ? undefined : endOf(restOfLine, text, end)
}

/** What follows a dash or a key on its line. */
export type LineValue = {
  readonly kind: 'empty' | 'scalar' | 'flow' | 'block'
  /** If it is empty, both offsets are the end of the dash or the colon. */
  readonly start: number
  readonly end: number
  /** Start of the line after the value. */
  readonly next: number
}

/** @param column Indentation that the lines of a block must exceed. */
export function readValue(text: string, from: number, column: number): LineValue | undefined {
  const start = skipSpaces(text, from)
  const kind = kindOf(text[start])
  if (kind === 'empty') return readRest(text, kind, from, from)
  const end = endOf(patternFor(text[start]), text, start)
  const line = end === undefined ? undefined : readRest(text, kind, start, end)
  if (line === undefined || kind !== 'block') return line
  const next = blockEnd(text, line.next, column)
  return next === undefined ? undefined : { ...line, next }
}

function readRest(
  text: string,
  kind: LineValue['kind'],
  start: number,
  end: number,
): LineValue | undefined {
  const next = endOf(restOfLine, text, end)
  return next === undefined ? undefined : { kind, start, end, next }
}

function kindOf(first: string | undefined): LineValue['kind'] {
  switch (first) {
    case undefined:
    case '\r':
    case '\n':
    case '#':
      return 'empty'
    case '[':
    case '{':
      return 'flow'
    case '|':
    case '>':
      return 'block'
    default:
      return 'scalar'
  }
}

function patternFor(first: string | undefined): RegExp {
  switch (first) {
    case '"':
      return doubleQuoted
    case "'":
      return singleQuoted
    case '[':
    case '{':
      return flow
    case '|':
    case '>':
      return blockHeader
    default:
      return plain
  }
}

/** Start of the line after a block scalar whose text begins at an offset. */
function blockEnd(text: string, start: number, column: number): number | undefined {
  let at = start
  let indentation: number | undefined
  let blank = 0
  while (at < text.length) {
    const first = skipSpaces(text, at)
    const character = text[first]
    // Readers disagree on tabs where indentation may end.
    if (character === '\t') return undefined
    const isBlank = character === undefined || character === '\r' || character === '\n'
    if (!isBlank && first - at < (indentation ?? column + 1)) break
    if (!isBlank) indentation ??= first - at
    else if (indentation === undefined) blank = Math.max(blank, first - at)
    at = skipLine(text, first)
  }
  // An empty block, or one that begins with blank lines that are indented deeper than its text.
  return indentation === undefined || indentation < blank ? undefined : at
}

/** Describes the scalar at a place. */
export function scalarAt(
  text: string,
  { start, end }: LineValue,
): WrittenScalar & { readonly style: ScalarStyle } {
  const source = text.slice(start, end)
  const style = styleOf(source)
  return { style, text: unquote(source, style), source, tag: undefined }
}

function styleOf(source: string): ScalarStyle {
  if (source.startsWith("'")) return 'single'
  return source.startsWith('"') ? 'double' : 'plain'
}

function unquote(source: string, style: ScalarStyle): string {
  if (style === 'plain') return source
  const quoted = source.slice(1, -1)
  return style === 'single'
    ? quoted.replaceAll("''", "'")
    : quoted.replaceAll(/\\(.)/g, (_, character: string) => escapes[character] ?? character)
}

/** The only escapes in a plain line, besides those of a quote and a backslash. */
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

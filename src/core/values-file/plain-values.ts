import type { WrittenScalar } from './interpret.ts'
import { endOfMatch } from './position.ts'
import { styleOf, type ScalarStyle } from './quote.ts'

/** Anything that is not printable, or may be a line break or a byte order mark. */
export const unusualCharacter =
  /[^\t\n\r -~\xA0-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD\u{10000}-\u{10FFFF}]|\r(?!\n)/u

const spaces = / */y
const noValue = /[\r\n#]|$/y
/** What may follow a value on its line, with the line break. */
const restOfLine = /(?: +#.*| *)(?:\r?\n|$)/y
const dash = /-(?=[ \r\n]|$)/y
const documentStart = new RegExp(`---${restOfLine.source}`, 'y')
/** A key that is a string for every reader. */
const keySource = String.raw`(?!(?:y|n|yes|no|on|off|true|false|null):)(?:[A-Z_][\w./-]{0,250}|"[^"\\<\t\r\n]{1,250}"|'[^'<\t\r\n]{1,250}')`
const key = new RegExp(`${keySource}:(?=[ \\r\\n]|$)`, 'iy')

const doubleQuoted = /"[^"\\\r\n]*(?:\\["\\nrt][^"\\\r\n]*)*"/y
const singleQuoted = /'[^'\r\n]*(?:''[^'\r\n]*)*'/y
/** Without the numbers and dates that some reader rejects. */
const plain =
  /(?![-+]?(?:0[box]|\.(?:inf|nan)|\d{4}-\d|[\d_:.]{300}))(?:[\w./$+~^;()\\\u00A1-\uFFFF]|<(?!<)|-(?=[\w./-]))(?:[^ \t\r\n:]+|:(?=[^ \t\r\n])| +(?=[^ \t\r\n#]))*/iy
const blockHeader = /[|>][+-]?/y
const flowItem = String.raw`(?:"[^"\\\r\n]*"|'[^'\r\n]*'|-{0,2}[A-Z_/$][\w./$-]*|(?!0[box])\d[\w.]{0,250})`
const flowPair = `${keySource}: +${flowItem}`
/** A list or map of scalars. */
const flow = new RegExp(
  String.raw`\[ *(?:${flowItem}(?: *, *${flowItem})*)? *\]|\{ *(?:${flowPair}(?: *, *${flowPair})*)? *\}`,
  'iy',
)

type Form = { readonly kind: 'scalar' | 'flow' | 'block'; readonly pattern: RegExp }

const plainForm: Form = { kind: 'scalar', pattern: plain }
/** By first character. */
const otherForms: Readonly<Record<string, Form>> = {
  '"': { kind: 'scalar', pattern: doubleQuoted },
  "'": { kind: 'scalar', pattern: singleQuoted },
  '[': { kind: 'flow', pattern: flow },
  '{': { kind: 'flow', pattern: flow },
  '|': { kind: 'block', pattern: blockHeader },
  '>': { kind: 'block', pattern: blockHeader },
}

export function skipSpaces(text: string, at: number): number {
  return endOfMatch(spaces, text, at) ?? at
}

export function skipLine(text: string, at: number): number {
  const lineFeed = text.indexOf('\n', at)
  return lineFeed < 0 ? text.length : lineFeed + 1
}

/** End of the `-` of a list item; undefined if there is none. */
export function findDashEnd(text: string, at: number): number | undefined {
  return endOfMatch(dash, text, at)
}

/** End of the colon of a key; undefined if there is no key. */
export function findColonEnd(text: string, at: number): number | undefined {
  return endOfMatch(key, text, at)
}

/** Start of the line after a line with `---`; undefined if it is another line. */
export function findDocumentStartEnd(text: string, at: number): number | undefined {
  return endOfMatch(documentStart, text, at)
}

/** What follows a dash or a colon on its line. */
export type LineValue = {
  readonly kind: 'empty' | Form['kind']
  /** Without a value, both offsets are the end of the dash or the colon. */
  readonly start: number
  /** Of a block, the end of its header. */
  readonly end: number
  /** Start of the line after the value. */
  readonly next: number
}

/**
 * Reads the value after a dash or a colon; undefined if readers may see different values.
 *
 * @param column Indentation that the text of a block must exceed.
 */
export function readValue(text: string, from: number, column: number): LineValue | undefined {
  const start = skipSpaces(text, from)
  if (endOfMatch(noValue, text, start) !== undefined) {
    return readRestOfLine(text, { kind: 'empty', start: from, end: from })
  }
  const { kind, pattern } = otherForms[text[start] ?? ''] ?? plainForm
  const end = endOfMatch(pattern, text, start)
  if (end === undefined) return undefined
  const value = readRestOfLine(text, { kind, start, end })
  if (kind !== 'block' || value === undefined) return value
  const next = skipBlock(text, value.next, column)
  return next === undefined ? undefined : { ...value, next }
}

function readRestOfLine(text: string, value: Omit<LineValue, 'next'>): LineValue | undefined {
  const next = endOfMatch(restOfLine, text, value.end)
  return next === undefined ? undefined : { ...value, next }
}

/** Start of the line after the text of a block, which begins at an offset. */
function skipBlock(text: string, start: number, column: number): number | undefined {
  let at = start
  let indentation: number | undefined
  let longestBlank = 0
  while (at < text.length) {
    const first = skipSpaces(text, at)
    const length = first - at
    const character = text[first]
    // Readers disagree on a tab where the indentation may end.
    if (character === '\t') return undefined
    const isBlank = character === undefined || character === '\r' || character === '\n'
    if (!isBlank && length < (indentation ?? column + 1)) break
    if (!isBlank) indentation ??= length
    else if (indentation === undefined) longestBlank = Math.max(longestBlank, length)
    at = skipLine(text, first)
  }
  // Readers disagree on an empty block, and on blank lines that are longer than its indentation.
  return indentation === undefined || indentation < longestBlank ? undefined : at
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

function unquote(source: string, style: ScalarStyle): string {
  if (style === 'plain') return source
  const quoted = source.slice(1, -1)
  return style === 'single'
    ? quoted.replaceAll("''", "'")
    : quoted.replaceAll(/\\(.)/g, (_, character: string) => escapes[character] ?? character)
}

/** The escapes that `doubleQuoted` accepts, besides those of a quote and a backslash. */
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

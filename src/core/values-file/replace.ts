import { isScalar, type CST } from 'yaml'
import { isNull, type Entry } from './parse.ts'
import { CannotEdit, type Edit } from './edit.ts'
import { blockScalarHeader, blockScalarStart, isContent, tokenEnd } from './layout.ts'
import { integerTag, stringTag } from './interpret.ts'
import { restyle, yamlString, type ScalarStyle } from './quote.ts'

/** Source of an owned value that is new in the file. */
export function sourceOf(value: string | number | undefined): string {
  return typeof value === 'number' ? String(value) : yamlString(value ?? '')
}

/** Edits that give an entry another value; its anchor, its quotes and its comments stay. */
export function replaceValue(
  text: string,
  key: string,
  { value, token }: Entry,
  wanted: string | number | undefined,
): Edit[] {
  checkTag(key, value, typeof wanted === 'number' ? integerTag : stringTag)
  const old = token.value
  if (old === undefined || ('source' in old && old.source === '' && isNull(value))) {
    return [valueAfterColon(text, key, token, sourceOf(wanted))]
  }
  const source =
    typeof wanted === 'number' ? String(wanted) : restyle(wanted ?? '', styleOf(old.type))
  if (old.type === 'block-scalar') return replaceBlockScalar(old, source)
  return [{ at: old.offset, remove: tokenEnd(old) - old.offset, insert: source }]
}

function checkTag(key: string, value: unknown, allowed: string): void {
  if (!isScalar(value) || value.tag === undefined || value.tag === allowed) return
  throw new CannotEdit(`${key} has the tag ${value.tag}`)
}

function styleOf(type: CST.Token['type']): ScalarStyle {
  if (type === 'single-quoted-scalar') return 'single'
  return type === 'double-quoted-scalar' ? 'double' : 'plain'
}

/** Puts a value behind the colon, or behind the anchor or tag that follows the colon. */
export function valueAfterColon(
  text: string,
  key: string,
  token: CST.CollectionItem,
  source: string,
): Edit {
  const last = token.sep?.findLast(isContent)
  if (last === undefined) throw new CannotEdit(`${key} has no colon`)
  const at = tokenEnd(last)
  const blanks = / *(?=\r?\n|$)/y
  blanks.lastIndex = at
  const blanksToLineEnd = blanks.exec(text)?.[0].length ?? 0
  return blanksToLineEnd === 0
    ? { at, remove: 0, insert: ` ${source}` }
    : { at: at + blanksToLineEnd, remove: 0, insert: source }
}

/** The header's line keeps its comment, blank lines behind the text stay. */
function replaceBlockScalar(scalar: CST.BlockScalar, source: string): Edit[] {
  const header = blockScalarHeader(scalar)
  const replaced = { at: header.offset, remove: header.source.length, insert: source }
  const lines = /^[^]*[^\r\n](?:\r?\n)?/.exec(scalar.source)?.[0] ?? ''
  if (lines === '') return [replaced]
  const start = blockScalarStart(scalar)
  if (lines.endsWith('\n')) return [replaced, { at: start, remove: lines.length, insert: '' }]
  // The file ends without a line break, and shall do so again.
  const lineBreak = scalar.props.at(-1)
  const at = lineBreak?.type === 'newline' ? lineBreak.offset : start
  return [replaced, { at, remove: start - at + lines.length, insert: '' }]
}

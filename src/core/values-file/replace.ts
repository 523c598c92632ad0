import { isScalar, type CST } from 'yaml'
import { prose } from '../text/prose.ts'
import { EditError, insertValue, type Edit } from './edit.ts'
import { integerTag, stringTag } from './interpret.ts'
import { blockScalarHeader, blockScalarTextStart, isContent, tokenEnd } from './layout.ts'
import { isNull } from './nodes.ts'
import type { ParsedEntry } from './parse.ts'
import { formatValue, type ScalarStyle } from './quote.ts'

/** Edits that replace an entry's value and keep its anchor, quotes and comments. */
export function replaceValue(
  text: string,
  key: string,
  { value, token }: ParsedEntry,
  newValue: string | number | undefined,
): Edit[] {
  checkTag(key, value, typeof newValue === 'number' ? integerTag : stringTag)
  const old = token.value
  if (old === undefined || ('source' in old && old.source === '' && isNull(value))) {
    return [insertAfterColon(text, key, token, formatValue(newValue))]
  }
  const source = formatValue(newValue, quoteStyleOf(old.type))
  if (old.type === 'block-scalar') return replaceBlockScalar(old, source)
  return [{ at: old.offset, remove: tokenEnd(old) - old.offset, insert: source }]
}

function checkTag(key: string, value: unknown, allowed: string): void {
  if (!isScalar(value) || value.tag === undefined || value.tag === allowed) return
  throw new EditError(prose`\`${key}\` has the tag \`${value.tag}\``)
}

function quoteStyleOf(type: CST.Token['type']): ScalarStyle {
  if (type === 'single-quoted-scalar') return 'single'
  return type === 'double-quoted-scalar' ? 'double' : 'plain'
}

/** Inserts a value after the colon, or after the anchor or tag that follows the colon. */
export function insertAfterColon(
  text: string,
  key: string,
  token: CST.CollectionItem,
  source: string,
): Edit {
  const last = token.sep?.findLast(isContent)
  if (last === undefined) throw new EditError(prose`\`${key}\` has no colon`)
  return insertValue(text, tokenEnd(last), source)
}

/** Keeps the comment on the header line, and the blank lines after the block. */
function replaceBlockScalar(scalar: CST.BlockScalar, source: string): Edit[] {
  const header = blockScalarHeader(scalar)
  const replaced = { at: header.offset, remove: header.source.length, insert: source }
  const lines = /[^]*[^\r\n](?:\r?\n)?/.exec(scalar.source)?.[0] ?? ''
  if (lines === '') return [replaced]
  const start = blockScalarTextStart(scalar)
  if (lines.endsWith('\n')) return [replaced, { at: start, remove: lines.length, insert: '' }]
  // The file has no final line break, so remove the one after the header too.
  const lineBreak = scalar.props.at(-1)
  const at = lineBreak?.type === 'newline' ? lineBreak.offset : start
  return [replaced, { at, remove: start - at + lines.length, insert: '' }]
}

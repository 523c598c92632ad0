import type { CST } from 'yaml'
import { CannotEdit } from './edit.ts'

/** Whether a token is more than white space, a line break or a comment. */
export function isContent({ type }: CST.Token): boolean {
  return type !== 'space' && type !== 'newline' && type !== 'comment'
}

/** First token of an entry that is content; undefined for what is only comments. */
function firstContent({ start, key, sep }: CST.CollectionItem): CST.Token | undefined {
  return start.find(isContent) ?? key ?? sep?.find(isContent)
}

function hasEntry(item: CST.CollectionItem): boolean {
  return firstContent(item) !== undefined
}

/** Offset of the first entry of a map, its anchor or tag included; undefined when it is empty. */
export function firstEntryStart(map: CST.BlockMap | CST.FlowCollection): number | undefined {
  const first = map.items.find(hasEntry)
  return first && firstContent(first)?.offset
}

/** The last thing in a map that is no comment; a flow map's trailing comma is one, too. */
export function lastEntry(
  collection: CST.BlockMap | CST.BlockSequence | CST.FlowCollection,
): CST.CollectionItem | undefined {
  return (collection.items as CST.CollectionItem[]).findLast(hasEntry)
}

/** The token that a node or an entry ends with, without the blank lines and comments that follow. */
export function lastToken(part: CST.Token | CST.CollectionItem): CST.Token {
  if (!('type' in part)) return lastOfEntry(part)
  if (part.type === 'flow-collection') return part.end[0] ?? part
  if (part.type !== 'block-map' && part.type !== 'block-seq') return part
  const last = lastEntry(part)
  return last ? lastOfEntry(last) : part
}

function lastOfEntry({ start, key, sep, value }: CST.CollectionItem): CST.Token {
  const last = value ?? sep?.findLast(isContent) ?? key ?? start.findLast(isContent)
  if (last === undefined) throw new CannotEdit('there is an empty entry')
  return lastToken(last)
}

/** Offset behind a token of `lastToken`. */
export function tokenEnd(token: CST.Token): number {
  if (token.type === 'block-scalar') return blockScalarEnd(token)
  return token.offset + ('source' in token ? token.source.length : 0)
}

/** In front of the last line break that belongs to the text; with `+` blank lines belong to it. */
function blockScalarEnd(token: CST.BlockScalar): number {
  const header = blockScalarHeader(token)
  const keepsBlankLines = header.source.includes('+')
  const text = token.source.replace(keepsBlankLines ? /\r?\n$/ : /(?:\r?\n)+$/, '')
  const empty = text === '' && !(keepsBlankLines && token.source !== '')
  return empty ? tokenEnd(header) : blockScalarStart(token) + text.length
}

export function blockScalarHeader(token: CST.BlockScalar): CST.SourceToken {
  const header = token.props.find((prop) => prop.type === 'block-scalar-header')
  if (header?.type !== 'block-scalar-header') throw new CannotEdit('a block scalar has no header')
  return header
}

/** Offset of the block scalar's first line of text. */
export function blockScalarStart({ props, offset }: CST.BlockScalar): number {
  const last = props.at(-1)
  return last ? tokenEnd(last) : offset
}

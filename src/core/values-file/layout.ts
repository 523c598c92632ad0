import type { CST } from 'yaml'
import { prose } from '../text/prose.ts'
import { EditError } from './edit.ts'
import { runStartBefore } from './position.ts'

/** Whether a token is anything but whitespace, a line break or a comment. */
export function isContent({ type }: CST.Token): boolean {
  return type !== 'space' && type !== 'newline' && type !== 'comment'
}

/** First token of an item that is not whitespace or a comment; undefined if there is none. */
function firstContent({ start, key, sep }: CST.CollectionItem): CST.Token | undefined {
  return start.find(isContent) ?? key ?? sep?.find(isContent)
}

function isEntry(item: CST.CollectionItem): boolean {
  return firstContent(item) !== undefined
}

/** Offset of a map's first entry, including its anchor or tag; undefined if the map is empty. */
export function firstEntryOffset(map: CST.BlockMap | CST.FlowCollection): number | undefined {
  const first = map.items.find(isEntry)
  return first && firstContent(first)?.offset
}

/** The last item that is not just comments. The trailing comma of a flow map counts as one. */
export function lastEntry(
  collection: CST.BlockMap | CST.BlockSequence | CST.FlowCollection,
): CST.CollectionItem | undefined {
  return (collection.items as CST.CollectionItem[]).findLast(isEntry)
}

/** Last token of a node or an entry, not counting blank lines and comments that follow it. */
export function lastToken(part: CST.Token | CST.CollectionItem): CST.Token {
  if (!('type' in part)) return lastOfEntry(part)
  if (part.type === 'flow-collection') return part.end[0] ?? part
  if (part.type !== 'block-map' && part.type !== 'block-seq') return part
  const last = lastEntry(part)
  return last ? lastOfEntry(last) : part
}

function lastOfEntry({ start, key, sep, value }: CST.CollectionItem): CST.Token {
  const last = value ?? sep?.findLast(isContent) ?? key ?? start.findLast(isContent)
  if (last === undefined) throw new EditError(prose`there is an empty entry`)
  return lastToken(last)
}

/** End offset of a token that `lastToken` returned. */
export function tokenEnd(token: CST.Token): number {
  if (token.type === 'block-scalar') return blockScalarEnd(token)
  return token.offset + ('source' in token ? token.source.length : 0)
}

/** Offset of the block's last line feed. With `+`, the block includes trailing blank lines. */
function blockScalarEnd(token: CST.BlockScalar): number {
  const header = blockScalarHeader(token)
  const { source } = token
  if (header.source.includes('+')) return blockScalarTextStart(token) + source.length - 1
  const length = runStartBefore(source, source.length, '\r\n')
  return length === 0 ? tokenEnd(header) : blockScalarTextStart(token) + length
}

export function blockScalarHeader(token: CST.BlockScalar): CST.SourceToken {
  const header = token.props.find((prop) => prop.type === 'block-scalar-header')
  if (header?.type !== 'block-scalar-header')
    throw new EditError(prose`a block scalar has no header`)
  return header
}

/** Offset of the line after the header. */
export function blockScalarTextStart({ props, offset }: CST.BlockScalar): number {
  const last = props.at(-1)
  return last ? tokenEnd(last) : offset
}

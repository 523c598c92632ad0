import { isScalar, type CST } from 'yaml'
import { prose } from '../text/prose.ts'
import {
  appendLines,
  EditError,
  firstLineBreak,
  insertLinesAfter,
  insertLinesBefore,
  startWithComments,
  type Edit,
} from './edit.ts'
import {
  blockScalarHeader,
  firstEntryOffset,
  isContent,
  lastEntry,
  lastToken,
  tokenEnd,
} from './layout.ts'
import type { ParsedEntry, ParsedFile, ParsedMap } from './parse.ts'
import { lineStartAt, runStartBefore } from './position.ts'
import { insertAfterColon } from './replace.ts'

/** Edits that append entries (`key: value`) to `global`, which is created if it is missing. */
export function addEntries(parsed: ParsedFile, entries: readonly string[]): Edit[] {
  const { text, root, global, globalEntry } = parsed
  if (root === undefined) return [addGlobalToEmptyDocument(parsed, entries)]
  if (global?.token.type === 'flow-collection')
    return [appendToFlowMap(text, global.token, entries)]
  if (global?.token.type === 'block-map') return [appendToBlockMap(text, global.token, entries)]
  return globalEntry === undefined
    ? [prependGlobal(text, root, entries)]
    : fillEmptyGlobal(text, root, globalEntry, entries)
}

function formatFlowMap(entries: readonly string[]): string {
  return `{${entries.join(', ')}}`
}

function appendToFlowMap(text: string, map: CST.FlowCollection, entries: readonly string[]): Edit {
  const last = lastEntry(map)
  const list = entries.join(', ')
  if (last === undefined) {
    const at = tokenEnd(map.start)
    return { at, remove: 0, insert: text.startsWith(' ', at) ? ` ${list}` : list }
  }
  const end = lastToken(last)
  if (end.type === 'map-value-ind') {
    // Readers disagree on what precedes the comma in `a:,`, so nothing is added after `a:`.
    return { at: firstEntryOffset(map) ?? map.offset + 1, remove: 0, insert: `${list}, ` }
  }
  return { at: tokenEnd(end), remove: 0, insert: end.type === 'comma' ? ` ${list},` : `, ${list}` }
}

function appendToBlockMap(text: string, map: CST.BlockMap, entries: readonly string[]): Edit {
  const last = lastEntry(map)
  if (last === undefined) throw new EditError(prose`\`global\` has no entries`)
  const end = lastToken(last)
  const column = columnAt(text, firstEntryOffset(map) ?? map.offset)
  if (end.type === 'block-scalar' && !text.includes('\n', tokenEnd(end))) {
    // The line break before the new lines would become part of the block, unless it is `|-`.
    if (!blockScalarHeader(end).source.includes('-')) {
      throw new EditError(prose`the file ends within a block of text and without a line break`)
    }
  }
  return appendLines(text, tokenEnd(end), column, entries)
}

function prependGlobal(text: string, root: ParsedMap, entries: readonly string[]): Edit {
  const first = firstEntryOffset(root.token)
  if (root.token.type === 'flow-collection') {
    return prependToFlowMap(text, first, root.token.offset + 1, entries)
  }
  const key = first ?? root.token.offset
  const indent = indentBefore(text, key)
  const step = ' '.repeat(detectIndentStep(text, root))
  const lines = ['global:', ...entries.map((entry) => step + entry)]
  return insertLinesBefore(
    text,
    key,
    lines.map((line) => indent + line),
  )
}

/** Puts `global` on the line of the first key, unless that key has a comment above it. */
function prependToFlowMap(
  text: string,
  first: number | undefined,
  start: number,
  entries: readonly string[],
): Edit {
  const source = `global: ${formatFlowMap(entries)}`
  if (first === undefined) return { at: start, remove: 0, insert: source }
  const indent = text.slice(lineStartAt(text, first), first)
  const at = startWithComments(text, first)
  if (at === first - indent.length || !/^[ \t]*$/.test(indent)) {
    return { at: first, remove: 0, insert: `${source}, ` }
  }
  return insertLinesBefore(text, first, [`${indent}${source},`])
}

function columnAt(text: string, offset: number): number {
  return offset - lineStartAt(text, offset)
}

/** @throws {EditError} If something other than spaces precedes the offset on its line. */
function indentBefore(text: string, offset: number): string {
  const indent = text.slice(lineStartAt(text, offset), offset)
  if (/^ *$/.test(indent)) return indent
  throw new EditError(prose`the first key is not on a line of its own`)
}

/** Number of spaces by which the file indents nested maps; 2 if it has none. */
function detectIndentStep(text: string, { map, token }: ParsedMap): number {
  const column = columnAt(text, firstEntryOffset(token) ?? token.offset)
  for (const { srcToken } of map.items) {
    const value = srcToken?.value
    if (value?.type !== 'block-map') continue
    return columnAt(text, firstEntryOffset(value) ?? value.offset) - column
  }
  return 2
}

function fillEmptyGlobal(
  text: string,
  root: ParsedMap,
  { value, token }: ParsedEntry,
  entries: readonly string[],
): Edit[] {
  if (isScalar(value) && value.tag !== undefined) {
    throw new EditError(prose`\`global\` has the tag \`${value.tag}\``)
  }
  const nullToken = token.value
  if (root.token.type === 'flow-collection') {
    if (nullToken === undefined)
      return [insertAfterColon(text, 'global', token, formatFlowMap(entries))]
    const remove = tokenEnd(nullToken) - nullToken.offset
    return [{ at: nullToken.offset, remove, insert: formatFlowMap(entries) }]
  }
  const last = nullToken ?? token.sep?.findLast(isContent)
  if (last === undefined) throw new EditError(prose`\`global\` has no colon`)
  const start = firstEntryOffset(root.token) ?? root.token.offset
  const indent = ' '.repeat(columnAt(text, start) + detectIndentStep(text, root))
  const lines = entries.map((entry) => indent + entry)
  const added = insertLinesAfter(text, tokenEnd(last), lines)
  return nullToken === undefined ? [added] : [removeNull(text, nullToken), added]
}

/** Removes an explicit `null` and the whitespace before it. */
function removeNull(text: string, nullToken: CST.Token): Edit {
  const at = runStartBefore(text, nullToken.offset, ' \t')
  return { at, remove: tokenEnd(nullToken) - at, insert: '' }
}

function addGlobalToEmptyDocument({ text, end }: ParsedFile, entries: readonly string[]): Edit {
  const lines = ['global:', ...entries.map((entry) => `  ${entry}`)]
  const lineBreak = firstLineBreak(text)
  const insert =
    lineStartAt(text, end) === end
      ? lines.map((line) => line + lineBreak).join('')
      : lines.map((line) => lineBreak + line).join('')
  return { at: end, remove: 0, insert }
}

import { isScalar, type CST } from 'yaml'
import type { Entry, ParsedMap, ParsedFile } from './parse.ts'
import { CannotEdit, type Edit, firstLineBreak, lineBreakBehind, linesBehind } from './edit.ts'
import {
  blockScalarHeader,
  firstEntryStart,
  isContent,
  lastEntry,
  lastToken,
  tokenEnd,
} from './layout.ts'
import { valueAfterColon } from './replace.ts'

/** Edits that add entries (`key: value`) to the end of `global`, which is made when missing. */
export function addEntries(parsed: ParsedFile, entries: readonly string[]): Edit[] {
  const { text, root, global, globalEntry } = parsed
  if (root === undefined) return [documentOf(parsed, entries)]
  if (global?.token.type === 'flow-collection') return [intoFlow(text, global.token, entries)]
  if (global?.token.type === 'block-map') return [intoBlock(text, global.token, entries)]
  return globalEntry === undefined
    ? [globalFirst(text, root, entries)]
    : fillGlobal(text, root, globalEntry, entries)
}

function flowMap(entries: readonly string[]): string {
  return `{${entries.join(', ')}}`
}

function intoFlow(text: string, map: CST.FlowCollection, entries: readonly string[]): Edit {
  const last = lastEntry(map)
  const list = entries.join(', ')
  if (last === undefined) {
    const at = tokenEnd(map.start)
    return { at, remove: 0, insert: text.startsWith(' ', at) ? ` ${list}` : list }
  }
  const end = lastToken(last)
  // Not every reader takes `a:,` for a key without a value.
  const separator = end.type === 'map-value-ind' ? ' , ' : ', '
  const insert = end.type === 'comma' ? ` ${list},` : separator + list
  return { at: tokenEnd(end), remove: 0, insert }
}

function intoBlock(text: string, map: CST.BlockMap, entries: readonly string[]): Edit {
  const last = lastEntry(map)
  if (last === undefined) throw new CannotEdit('global has no entries')
  const end = lastToken(last)
  const column = columnOf(text, firstEntryStart(map) ?? map.offset)
  const lines = entries.map((entry) => ' '.repeat(column) + entry)
  if (end.type === 'block-scalar' && !text.includes('\n', tokenEnd(end))) {
    // The line break that a new line needs would become part of that text, unless it is `|-`.
    if (!blockScalarHeader(end).source.includes('-')) {
      throw new CannotEdit('the file ends within a block of text and without a line break')
    }
  }
  return linesBehind(text, behindComments(text, tokenEnd(end), column), lines)
}

/** Comments that are indented deeper than the keys belong to the last entry. */
function behindComments(text: string, offset: number, column: number): number {
  const comments = new RegExp(`(?:[ \\t]#.*|[ \\t]*)(?:\\s*\\n {${column + 1},}#.*)+`, 'y')
  comments.lastIndex = offset
  return offset + (comments.exec(text)?.[0].trimEnd().length ?? 0)
}

function columnOf(text: string, offset: number): number {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).replace('\uFEFF', '').length
}

function globalFirst(text: string, root: ParsedMap, entries: readonly string[]): Edit {
  const first = firstEntryStart(root.token)
  if (root.token.type === 'flow-collection') {
    const at = first ?? root.token.offset + 1
    const insert = `global: ${flowMap(entries)}${first === undefined ? '' : ', '}`
    return { at, remove: 0, insert }
  }
  const at = first ?? root.token.offset
  const indent = indentOf(text, at)
  const step = ' '.repeat(indentStep(text, root))
  const lines = ['global:', ...entries.map((entry) => indent + step + entry), indent]
  return { at, remove: 0, insert: lines.join(lineBreakBehind(text, at)) }
}

/** The spaces in front of the first entry of a line. */
function indentOf(text: string, offset: number): string {
  const indent = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).replace('\uFEFF', '')
  if (/^ *$/.test(indent)) return indent
  throw new CannotEdit('the first key does not stand on a line of its own')
}

/** How far the file indents its maps: 2 where it has none. */
function indentStep(text: string, { map, token }: ParsedMap): number {
  const column = columnOf(text, firstEntryStart(token) ?? token.offset)
  for (const { srcToken } of map.items) {
    const value = srcToken?.value
    if (value?.type !== 'block-map') continue
    const step = columnOf(text, firstEntryStart(value) ?? value.offset) - column
    if (step > 0) return step
  }
  return 2
}

/** Gives a `global` without entries its first ones. */
function fillGlobal(
  text: string,
  root: ParsedMap,
  { value, token }: Entry,
  entries: readonly string[],
): Edit[] {
  if (isScalar(value) && value.tag !== undefined) {
    throw new CannotEdit(`global has the tag ${value.tag}`)
  }
  const written = token.value
  if (root.token.type === 'flow-collection') {
    if (written === undefined) return [valueAfterColon(text, 'global', token, flowMap(entries))]
    const remove = tokenEnd(written) - written.offset
    return [{ at: written.offset, remove, insert: flowMap(entries) }]
  }
  const last = written ?? token.sep?.findLast(isContent)
  if (last === undefined) throw new CannotEdit('global has no colon')
  const start = firstEntryStart(root.token) ?? root.token.offset
  const indent = ' '.repeat(columnOf(text, start) + indentStep(text, root))
  const lines = entries.map((entry) => indent + entry)
  const added = linesBehind(text, tokenEnd(last), lines)
  return written === undefined ? [added] : [withoutNull(text, written), added]
}

/** Takes out a written `null` with the blanks in front of it. */
function withoutNull(text: string, written: CST.Token): Edit {
  const blanks = /[ \t]*$/.exec(text.slice(0, written.offset))?.[0].length ?? 0
  const at = written.offset - blanks
  return { at, remove: tokenEnd(written) - at, insert: '' }
}

/** Content of a document that has none. */
function documentOf({ text, end }: ParsedFile, entries: readonly string[]): Edit {
  const lines = ['global:', ...entries.map((entry) => `  ${entry}`)]
  const lineBreak = firstLineBreak(text)
  const onNewLine = /(?:^\uFEFF?|\n)$/.test(text.slice(0, end))
  const insert = onNewLine
    ? lines.map((line) => line + lineBreak).join('')
    : lines.map((line) => lineBreak + line).join('')
  return { at: end, remove: 0, insert }
}

import { isCollection, isMap, isPair, isScalar, isSeq, type Scalar } from 'yaml'
import { lineEndAt, lineStartAt } from '../values-file/position.ts'
import type { JsonCollection, JsonValue } from './json.ts'

/** Where a list or a map can take lines of its own, instead of one line in the place of a scalar. */
export type BlockPlace = {
  /** Start of what the block replaces: blanks before the scalar would end a line. */
  readonly from: number
  readonly indent: number
  /** Whether the block begins on a new line. */
  readonly isBelow: boolean
  readonly newline: '\n' | '\r\n'
}

/**
 * Finds the place for a block: behind a key or the dash of a list, with nothing else on the line. A
 * comment would move to the last line of the block.
 */
export function findBlockPlace(
  text: string,
  { range, anchor }: Scalar.Parsed,
  parent: unknown,
): BlockPlace | undefined {
  const [start, end] = range
  const lineStart = lineStartAt(text, start)
  const isAlone = /^[ \t]*\r?$/.test(text.slice(end, lineEndAt(text, end)))
  if (!isAlone || anchor !== undefined) return undefined
  const newline = text.startsWith('\r', lineEndAt(text, end) - 1) ? '\r\n' : '\n'
  if (isSeq(parent)) {
    return /^ *(?:- +)+$/.test(text.slice(lineStart, start))
      ? { from: start, indent: start - lineStart, isBelow: false, newline }
      : undefined
  }
  if (!isPair(parent) || !isScalar(parent.key)) return undefined
  const [keyStart, keyEnd] = parent.key.range ?? [0, 0]
  const isPlainEntry =
    keyStart >= lineStart &&
    /^ *(?:- +)*$/.test(text.slice(lineStart, keyStart)) &&
    /^ *: +$/.test(text.slice(keyEnd, start))
  return isPlainEntry
    ? {
        from: text.indexOf(':', keyEnd) + 1,
        indent: keyStart - lineStart + 2,
        isBelow: true,
        newline,
      }
    : undefined
}

/** YAML source of a list or a map: a block if there is a place for it, else a single line. */
export function formatCollection(value: JsonCollection, place: BlockPlace | undefined): string {
  const lines = blockLines(value)
  if (place === undefined || lines === undefined) return formatFlow(value)
  const lineBreak = `${place.newline}${' '.repeat(place.indent)}`
  return `${place.isBelow ? lineBreak : ''}${lines.join(lineBreak)}`
}

function formatFlow(value: JsonValue): string {
  switch (value.kind) {
    case 'scalar':
      return value.source
    case 'list':
      return `[${value.items.map(formatFlow).join(', ')}]`
    case 'map':
      return `{${value.entries.map((entry) => `${entry.source}: ${formatFlow(entry.value)}`).join(', ')}}`
  }
}

/** The lines of a block; undefined for what has no block style: scalars and empty collections. */
function blockLines(value: JsonValue): readonly string[] | undefined {
  if (value.kind === 'scalar') return undefined
  if (value.kind === 'list') {
    return value.items.length === 0 ? undefined : value.items.flatMap(itemLines)
  }
  return value.entries.length === 0
    ? undefined
    : value.entries.flatMap((entry) => {
        const lines = blockLines(entry.value)
        return lines === undefined
          ? [`${entry.source}: ${formatFlow(entry.value)}`]
          : [`${entry.source}:`, ...lines.map((line) => `  ${line}`)]
      })
}

function itemLines(item: JsonValue): readonly string[] {
  const lines = blockLines(item) ?? [formatFlow(item)]
  return lines.map((line, index) => `${index === 0 ? '-' : ' '} ${line}`)
}

/** Whether a node is exactly a JSON value, without tags, and with no other anchor than its own. */
export function isJsonNode(node: unknown, json: JsonValue, anchor?: string): boolean {
  if (!(isScalar(node) || isCollection(node)) || node.anchor !== anchor) return false
  if (node.tag !== undefined) return false
  if (json.kind === 'scalar') return isScalar(node) && Object.is(node.value, json.value)
  const { items } = isScalar(node) ? { items: [] } : node
  if (json.kind === 'list') {
    return (
      isSeq(node) &&
      items.length === json.items.length &&
      json.items.every((item, index) => isJsonNode(items[index], item))
    )
  }
  return (
    isMap(node) &&
    items.length === json.entries.length &&
    json.entries.every(({ key, value }, index) => {
      const pair = items[index]
      return (
        isPair(pair) &&
        isJsonNode(pair.key, { kind: 'scalar', value: key, source: '' }) &&
        isJsonNode(pair.value, value)
      )
    })
  )
}

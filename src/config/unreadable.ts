import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  Pair,
  Scalar,
  visit,
  type Document,
  type Node,
} from 'yaml'
import { createAliasResolver } from '../core/values-file/aliases.ts'
import { isMergeKey } from '../core/values-file/merge-keys.ts'

/** Stands for a value that is lost to a flaw of the YAML: nothing else is reported about it. */
export const unreadable = Symbol('unreadable')

/** A map with this key may have any others, too: the flaw is in a key, or in what it merges. */
export const unreadableKey = String(unreadable)

export function hasUnreadableKey(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, unreadableKey)
}

/** Where a flaw is, as offsets. */
export type Span = readonly [start: number, end: number]

/**
 * Replaces what flaws make unreadable, so that the rest of the document can be checked. A list or map
 * stays: its entries are what they are, whatever is wrong with its tag.
 */
export function hideUnreadable(document: Document, spans: readonly Span[]): void {
  hideValues(
    document,
    spans.toSorted(([a], [b]) => a - b),
  )
  hidePairs(document)
}

/** Says that a document goes on, but not how. */
export function leaveOpen({ contents }: Document): void {
  if (isMap(contents)) contents.items.push(new Pair<unknown>(hidden(null), hidden(null)))
}

/** Nodes are visited in the order of the text, so that each flaw belongs to the first one at or after it. */
function hideValues(document: Document, spans: readonly Span[]): void {
  let next = 0
  const isAt = (node: Node, [start, end]: Span): boolean => {
    const [from = 0, to = 0] = node.range ?? []
    return isCollection(node) ? from >= start : to >= end
  }
  visit(document, {
    Node(_key, node) {
      const first = next
      for (let span = spans[next]; span && isAt(node, span); span = spans[next]) next += 1
      return next === first || isCollection(node) ? undefined : hidden(node)
    },
  })
}

/** Aliases and merge keys that refer to nothing would stop the conversion of the document. */
function hidePairs(document: Document): void {
  const resolveAlias = createAliasResolver(document)
  const resolve = (node: unknown) => (isAlias(node) ? resolveAlias(node) : node)
  const areMaps = (value: unknown): boolean => {
    const source = resolve(value)
    return isSeq(source) ? source.items.every((item) => isMap(resolve(item))) : isMap(source)
  }
  visit(document, {
    Pair(_key, pair) {
      const isKeyHidden = isScalar(pair.key) && pair.key.value === unreadable
      if (!isKeyHidden && (!isMergeKey(pair.key) || areMaps(pair.value))) return
      pair.key = hidden(pair.key)
      pair.value = hidden(pair.value)
    },
  })
}

/** At the place of what it replaces, and with its anchor. */
function hidden(node: unknown): Scalar<typeof unreadable> {
  const scalar = new Scalar(unreadable)
  const { range, anchor } = Object(node) as Pick<Scalar, 'range' | 'anchor'>
  if (range) scalar.range = range
  if (anchor !== undefined) scalar.anchor = anchor
  return scalar
}

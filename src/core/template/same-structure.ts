import { isAlias, isCollection, isMap, isPair, isScalar, type Node, type Scalar } from 'yaml'
import type { JsonCollection } from './json.ts'
import { isJsonNode } from './json-source.ts'

/** What a scalar of a template becomes. */
export type ExpectedValue = string | number | boolean | null | JsonCollection

/**
 * Whether two trees have the same nodes, order, anchors, tags and values. `expected` overrides the
 * values of scalars in `before`, which can be lists and maps.
 */
export function hasSameStructure(
  before: unknown,
  after: unknown,
  expected: ReadonlyMap<Scalar, ExpectedValue>,
): boolean {
  if (isPair(before)) {
    return (
      isPair(after) &&
      hasSameStructure(before.key, after.key, expected) &&
      hasSameStructure(before.value, after.value, expected)
    )
  }
  const json = isScalar(before) ? collectionIn(expected.get(before)) : undefined
  if (isScalar(before) && json !== undefined) return isJsonNode(after, json, before.anchor)
  if (!isNode(before) || !isNode(after)) return before === after
  if (before.tag !== after.tag) return false
  if (isAlias(before)) return isAlias(after) && before.source === after.source
  if (isScalar(before)) {
    const value = expected.has(before) ? expected.get(before) : before.value
    return isScalar(after) && before.anchor === after.anchor && Object.is(value, after.value)
  }
  if (!isCollection(before) || !isCollection(after)) return false
  return (
    isMap(before) === isMap(after) &&
    before.anchor === after.anchor &&
    before.items.length === after.items.length &&
    before.items.every((item, index) => hasSameStructure(item, after.items[index], expected))
  )
}

function isNode(value: unknown): value is Node {
  return isAlias(value) || isScalar(value) || isCollection(value)
}

function collectionIn(value: ExpectedValue | undefined): JsonCollection | undefined {
  return typeof value === 'object' && value !== null ? value : undefined
}

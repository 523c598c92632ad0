import { isMap, isNode, isScalar, isSeq } from 'yaml'

/** A place in a YAML document. */
export type YamlPlace = {
  /** Offset of the key, or of the item of a list. */
  readonly offset: number
  /** The node at the path; undefined if the path leads further than the document does. */
  readonly node: unknown
}

/** Follows a path of keys and indexes as far as the document has them. */
export function findPlace(contents: unknown, path: readonly string[]): YamlPlace {
  let node = contents
  let offset = 0
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.findLast((item) => keyText(item.key) === key)
      if (pair === undefined) return { offset, node: undefined }
      offset = offsetOf(pair.key) ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      const item = node.items[Number(key)]
      offset = offsetOf(item) ?? offset
      node = item
    } else return { offset, node: undefined }
  }
  return { offset, node }
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

function keyText(key: unknown): string | undefined {
  return isScalar(key) ? String(key.value) : undefined
}

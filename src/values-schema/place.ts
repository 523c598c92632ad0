import { isAlias, isMap, isNode, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml'
import { createAliasResolver, type ResolveAlias } from '../core/values-file/aliases.ts'

/** A place in a YAML document. */
export type YamlPlace = {
  /** Offset of the key, or of the item of a list. */
  readonly offset: number
  /** The node at the path, or the last one on the way to it; undefined if there is none. */
  readonly node: unknown
  /** The key of the place, unless it is an item of a list. */
  readonly key: unknown
  /** Whether the document has the whole path. */
  readonly isComplete: boolean
}

/** Whether a key that is written otherwise can become this text. */
export type CanBecome = (key: unknown, text: string) => boolean

/** Follows a path of keys and indexes as far as the document has them, through aliases and merge keys. */
export function findPlace(
  root: unknown,
  path: readonly string[],
  canBecome: CanBecome = () => false,
): YamlPlace {
  const resolveAlias: ResolveAlias = isNode(root) ? createAliasResolver(root) : () => undefined
  let place: YamlPlace = { offset: 0, node: root, key: undefined, isComplete: true }
  for (const name of path) {
    const node = isAlias(place.node) ? resolveAlias(place.node) : place.node
    const next = stepInto(node, name)
    if (next === undefined) return { ...place, node, isComplete: false }
    place = { ...next, offset: offsetOf(next.key ?? next.node) ?? place.offset, isComplete: true }
  }
  return isAlias(place.node) ? { ...place, node: resolveAlias(place.node) } : place

  function stepInto(node: unknown, name: string): Pick<YamlPlace, 'key' | 'node'> | undefined {
    if (isSeq(node)) {
      const item = node.items[Number(name)]
      return item === undefined ? undefined : { key: undefined, node: item }
    }
    const pair = isMap(node)
      ? (findPair(node, name, new Set()) ?? guessPair(node, name))
      : undefined
    return pair && { key: pair.key, node: pair.value }
  }

  /** The last pair counts, even a merge key; of several merged maps, the first one does. */
  function findPair(map: YAMLMap, name: string, seen: Set<unknown>): Pair | undefined {
    if (seen.has(map)) return undefined
    seen.add(map)
    for (const pair of map.items.toReversed()) {
      if (!isMergeKey(pair.key)) {
        if (keyText(pair.key) === name) return pair
        continue
      }
      for (const merged of mergedMaps(pair.value)) {
        const found = findPair(merged, name, seen)
        if (found !== undefined) return found
      }
    }
    return undefined
  }

  function mergedMaps(value: unknown): YAMLMap[] {
    const node = isAlias(value) ? resolveAlias(value) : value
    const items = isSeq(node) ? node.items : [node]
    return items
      .map((item) => (isAlias(item) ? resolveAlias(item) : item))
      .filter((item) => isMap(item))
  }

  function guessPair({ items }: YAMLMap, name: string): Pair | undefined {
    const candidates = items.filter(({ key }) => canBecome(key, name))
    return candidates.length === 1 ? candidates[0] : undefined
  }
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.source === '<<'
}

function keyText(key: unknown): string | undefined {
  return isScalar(key) ? String(key.value) : undefined
}

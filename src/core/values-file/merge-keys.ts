import { isAlias, isMap, isScalar, isSeq, type YAMLMap } from 'yaml'
import type { ResolveAlias } from './aliases.ts'

/** The entries that the merge keys (`<<`) of a map provide. */
export type MergedNames = {
  readonly all: ReadonlySet<string>
  /** Entries that the map has too, above the merge key. Helm lets the merge key override them. */
  readonly overridden: ReadonlySet<string>
}

export function findMergedNames(
  map: YAMLMap,
  isWanted: (name: string) => boolean,
  resolveAlias: ResolveAlias,
): MergedNames {
  const findNames = createNameFinder(isWanted, resolveAlias)
  const all = new Set<string>()
  const overridden = new Set<string>()
  const above = new Set<string>()
  for (const { key, value } of map.items) {
    if (isMergeKey(key)) {
      for (const name of findNames(value)) {
        all.add(name)
        if (above.has(name)) overridden.add(name)
      }
    } else above.add(sourceOf(key))
  }
  return { all, overridden }
}

/** Finds the wanted names in a merged map or list of maps, and reads each map once. */
function createNameFinder(
  isWanted: (name: string) => boolean,
  resolveAlias: ResolveAlias,
): (node: unknown) => ReadonlySet<string> {
  const known = new Map<unknown, Set<string>>()
  return function findNames(node: unknown): ReadonlySet<string> {
    const target = isAlias(node) ? resolveAlias(node) : node
    const names = known.get(target) ?? new Set<string>()
    if (known.has(target)) return names
    // A map may be merged into itself.
    known.set(target, names)
    const items = isMap(target) ? target.items : []
    for (const { key } of items) if (isWanted(sourceOf(key))) names.add(sourceOf(key))
    const merged = items.flatMap(({ key, value }) => (isMergeKey(key) ? [value] : []))
    const parts = isSeq(target) ? target.items : merged
    for (const part of parts) for (const name of findNames(part)) names.add(name)
    return names
  }
}

function sourceOf(key: unknown): string {
  return isScalar(key) ? (key.source ?? '') : ''
}

/** Quotes only make a text of `<<` if it has no tag: `! "<<"` is a merge key for Helm and PyYAML. */
export function isMergeKey(key: unknown): boolean {
  if (!isScalar(key) || key.source !== '<<') return false
  return key.tag === undefined ? key.type === 'PLAIN' : key.tag === '!' || key.tag === mergeTag
}

const mergeTag = 'tag:yaml.org,2002:merge'

import { isScalar, visit, type Document, type Pair, type Scalar } from 'yaml'

export type DuplicateKey = { readonly key: Scalar; readonly first: Scalar }

/** Finds the keys that a map has more than once. */
export function findDuplicateKeys(document: Document): DuplicateKey[] {
  const duplicates: DuplicateKey[] = []
  visit(document, {
    Map(_key, { items }) {
      const firsts = new Map<unknown, Scalar>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        const first = firsts.get(key.value)
        if (first === undefined) firsts.set(key.value, key)
        else duplicates.push({ key, first })
      }
    },
  })
  return duplicates
}

/** Keeps one of the values of each key that a map has more than once. */
export function keepOne(document: Document, which: 'first' | 'last'): void {
  visit(document, {
    Map(_key, map) {
      const kept = new Map<unknown, Pair>()
      for (const pair of map.items) {
        const key = isScalar(pair.key) ? pair.key.value : pair
        if (which === 'last' || !kept.has(key)) kept.set(key, pair)
      }
      map.items = [...kept.values()]
    },
  })
}

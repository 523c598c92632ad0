import { isAlias, isMap, isSeq, type Document } from 'yaml'
import type { ResolveAlias } from '../core/values-file/aliases.ts'
import { isMergeKey } from '../core/values-file/merge-keys.ts'

/**
 * Whether the aliases of a document unfold to more values than Helm's YAML reader accepts: it counts
 * what it reads, and what of it is within an alias. Ends as soon as there are too many.
 */
export function unfoldsTooFar(document: Document, resolveAlias: ResolveAlias): boolean {
  let total = 1
  let unfolded = 0
  let depth = 0

  function exceeds(node: unknown): boolean {
    total += 1
    if (depth > 0) unfolded += 1
    if (unfolded > 100 && total > 1000 && unfolded / total > allowedShare(total)) return true
    if (isAlias(node)) {
      depth += 1
      const isTooMuch = exceeds(resolveAlias(node))
      depth -= 1
      return isTooMuch
    }
    if (isSeq(node)) return node.items.some(exceeds)
    if (!isMap(node)) return false
    return node.items.some(({ key, value }) => {
      if (!isMergeKey(key)) return exceeds(key) || exceeds(value)
      return isSeq(value) ? value.items.some(exceeds) : exceeds(value)
    })
  }

  return exceeds(document.contents)
}

const small = 400_000
const large = 4_000_000

/** From 99 % of a small document to 10 % of a large one. */
function allowedShare(total: number): number {
  const size = Math.min(Math.max((total - small) / (large - small), 0), 1)
  return 0.99 - 0.89 * size
}

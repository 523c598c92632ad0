import { isAlias, isMap, isNode, isSeq, visit, type Document, type Node, type Pair } from 'yaml'
import { prose } from '../text/prose.ts'
import { createAliasResolver, type ResolveAlias } from './aliases.ts'
import type { Located } from './flaw.ts'
import { isMergeKey } from './merge-keys.ts'

/**
 * Finds aliases and merge keys that refer to nothing, or to what they are in. The YAML library only
 * notices them when it converts a document, and then without their place.
 *
 * @param isOpen whether a node may yet become anything.
 */
export function findReferenceFlaws(
  document: Document,
  isOpen: (node: Node) => boolean = () => false,
): Located[] {
  const resolveAlias = createAliasResolver(document)
  const flaws: Located[] = []
  visit(document, {
    Alias(_key, node, ancestors) {
      const target = resolveAlias(node)
      const name = `*${node.source}`
      if (target === undefined) {
        const problem = prose`YAML reads \`${name}\` as an alias, but there is no anchor \`&${node.source}\` before it: quote a text: \`'${name}'\``
        flaws.push({ at: startOf(node), problem })
      } else if (ancestors.includes(target)) {
        const problem = prose`the alias \`${name}\` refers to what it is in: remove it`
        flaws.push({ at: startOf(node), problem })
      }
    },
    Pair(_key, pair) {
      if (!isMergeKey(pair.key) || mergesMaps(pair, resolveAlias, isOpen)) return
      const at = startOf(isNode(pair.value) ? pair.value : pair.key)
      flaws.push({ at, problem: prose`\`<<\` must have a map, or an alias of a map` })
    },
  })
  return flaws
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0
}

/** Whether a merge key has a map or a list of maps. An alias of nothing is a flaw of its own. */
function mergesMaps(
  { value }: Pair,
  resolveAlias: ResolveAlias,
  isOpen: (node: Node) => boolean,
): boolean {
  const resolve = (node: unknown) => (isAlias(node) ? resolveAlias(node) : node)
  const isMergeable = (node: unknown): boolean => {
    const source = resolve(node)
    return source === undefined || isMap(source) || (isNode(source) && isOpen(source))
  }
  const source = resolve(value)
  return isSeq(source) ? source.items.every(isMergeable) : isMergeable(value)
}

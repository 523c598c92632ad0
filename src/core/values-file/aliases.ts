import { isAlias, visit, type Alias, type Document, type Node } from 'yaml'

/** Finds the node that an alias stands for: the last one before it with that anchor. */
export type ResolveAlias = (alias: Alias) => Node | undefined

/** Visits the document once, on the first call; npm yaml's own method does so on every call. */
export function createAliasResolver(doc: Document | Node): ResolveAlias {
  let targets: Map<Alias, Node | undefined> | undefined
  return (alias) => (targets ??= findTargets(doc)).get(alias)
}

function findTargets(doc: Document | Node): Map<Alias, Node | undefined> {
  const anchored = new Map<string, Node>()
  const targets = new Map<Alias, Node | undefined>()
  visit(doc, {
    Node: (_, node) => {
      if (isAlias(node)) targets.set(node, anchored.get(node.source))
      else if (node.anchor !== undefined) anchored.set(node.anchor, node)
    },
  })
  return targets
}

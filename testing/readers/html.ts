import { defaultTreeAdapter as tree, parseFragment, type DefaultTreeAdapterTypes } from 'parse5'

export type Node = DefaultTreeAdapterTypes.ChildNode
export type Element = DefaultTreeAdapterTypes.Element

/** All nodes of a fragment of HTML, in the order of the document. */
export function readNodes(html: string): Node[] {
  return withDescendants(parseFragment(html).childNodes)
}

export function isElement(node: Node): node is Element {
  return tree.isElementNode(node)
}

export function isText(node: Node): node is DefaultTreeAdapterTypes.TextNode {
  return tree.isTextNode(node)
}

export function elementsIn(nodes: readonly Node[], ...names: string[]): Element[] {
  return nodes.filter(isElement).filter(({ tagName }) => names.includes(tagName))
}

export function descendantsOf(element: Element): Node[] {
  return withDescendants(element.childNodes)
}

export function textOf(node: Node): string {
  if (isText(node)) return node.value
  return isElement(node) ? descendantsOf(node).filter(isText).map(textOf).join('') : ''
}

export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((attr) => attr.name === name)?.value
}

/** The elements around a node, from the inside out. */
export function ancestorsOf({ parentNode }: Node): Element[] {
  if (parentNode === null || !tree.isElementNode(parentNode)) return []
  return [parentNode, ...ancestorsOf(parentNode)]
}

export function isInside(node: Node, ...names: string[]): boolean {
  return ancestorsOf(node).some(({ tagName }) => names.includes(tagName))
}

/** Whether a reader has to unfold something to see the node. */
export function isFolded(node: Node): boolean {
  return ancestorsOf(node).some(
    (element) => element.tagName === 'details' && attribute(element, 'open') === undefined,
  )
}

function withDescendants(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => [node, ...(isElement(node) ? descendantsOf(node) : [])])
}

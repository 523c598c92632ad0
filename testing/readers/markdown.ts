import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { defaultTreeAdapter as tree, parseFragment, type DefaultTreeAdapterTypes } from 'parse5'
import { readReferences } from './commit-message.ts'

const emoji = /:(?!\d\d:)[a-z0-9_+-]+:/gi

type Node = DefaultTreeAdapterTypes.ChildNode
type Element = DefaultTreeAdapterTypes.Element

/** What a reader of GitHub's Markdown gets to see, and can click on. */
export type Rendering = {
  /** Name and attributes of each element, in the order of the document: `a href`. */
  readonly elements: readonly string[]
  readonly links: readonly { readonly text: string; readonly target: string }[]
  /** The texts of the cells of each row of a table. */
  readonly rows: readonly (readonly string[])[]
  readonly comments: readonly string[]
  /** What GitHub makes of plain text. */
  readonly references: readonly string[]
}

/** Renders Markdown with GitHub's extensions: tables, autolinks, strikethrough, footnotes, HTML. */
export function renderMarkdown(markdown: string): Rendering {
  const html = micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  })
  const nodes = descendants(parseFragment(html).childNodes)
  const elements = nodes.filter(isElement)
  const named = (...names: string[]): Element[] =>
    elements.filter(({ tagName }) => names.includes(tagName))
  return {
    elements: elements.map(({ tagName, attrs }) =>
      [tagName, ...attrs.map(({ name }) => name)].join(' '),
    ),
    links: named('a').map((link) => ({
      text: textOf(link),
      target: link.attrs.find(({ name }) => name === 'href')?.value ?? '',
    })),
    rows: named('tr').map((row) => row.childNodes.filter(isElement).map(textOf)),
    comments: nodes.flatMap((node) => (tree.isCommentNode(node) ? [node.data] : [])),
    references: nodes
      .filter((node) => tree.isTextNode(node))
      .filter((node) => !isInside(node, ['pre', 'code', 'a']))
      .flatMap(({ value }) => [...readReferences(value), ...(value.match(emoji) ?? [])]),
  }
}

function isElement(node: Node): node is Element {
  return tree.isElementNode(node)
}

function descendants(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => [node, ...(isElement(node) ? descendants(node.childNodes) : [])])
}

function textOf(element: Element): string {
  return descendants(element.childNodes)
    .map((node) => (tree.isTextNode(node) ? node.value : ''))
    .join('')
}

function isInside(node: Node, names: readonly string[]): boolean {
  const { parentNode } = node
  if (parentNode === null || !tree.isElementNode(parentNode)) return false
  return names.includes(parentNode.tagName) || isInside(parentNode, names)
}

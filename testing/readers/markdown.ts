import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { defaultTreeAdapter as tree } from 'parse5'
import { readReferences } from './commit-message.ts'
import { elementsIn, isElement, isInside, isText, readNodes, textOf, type Element } from './html.ts'

const emoji = /:(?!\d\d:)[a-z0-9_+-]+:/gi

/** What a reader of GitHub's Markdown gets to see, and can click on. */
export type Rendering = {
  readonly text: string
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
  const nodes = readNodes(html)
  const elements = nodes.filter(isElement)
  const named = (...names: string[]): Element[] => elementsIn(nodes, ...names)
  return {
    text: nodes
      .filter(isText)
      .map(({ value }) => value)
      .join(''),
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
      .filter(isText)
      .filter((node) => !isInside(node, 'pre', 'code', 'a'))
      .flatMap(({ value }) => [...readReferences(value), ...(value.match(emoji) ?? [])]),
  }
}

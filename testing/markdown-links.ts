import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'

type Node = {
  readonly type: string
  readonly url?: string
  readonly value?: string
  readonly children?: readonly Node[]
}

/** What a Markdown page links to, and the anchors that others can link to. */
export type PageLinks = {
  /** URLs of links, images and definitions, and of `src`, `srcset` and `href` in HTML. */
  readonly urls: readonly string[]
  readonly anchors: ReadonlySet<string>
}

export function readLinks(markdown: string): PageLinks {
  const nodes = flatten(unified().use(remarkParse).use(remarkGfm).parse(markdown))
  const urls = nodes.flatMap((node) => {
    if (node.url !== undefined) return [node.url]
    return node.type === 'html' ? urlsOfHtml(node.value ?? '') : []
  })
  const headings = nodes.filter(({ type }) => type === 'heading').map((node) => textOf(node))
  return { urls, anchors: withNumbers(headings.map(anchorOf)) }
}

/** The anchor that GitHub gives to a heading. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\s-]/gu, '')
    .replace(/\s/g, '-')
}

/** GitHub numbers the anchors of headings that are alike. */
function withNumbers(anchors: readonly string[]): Set<string> {
  const counts = new Map<string, number>()
  return new Set(
    anchors.map((anchor) => {
      const count = counts.get(anchor) ?? 0
      counts.set(anchor, count + 1)
      return count === 0 ? anchor : `${anchor}-${count}`
    }),
  )
}

function flatten(node: Node): Node[] {
  return [node, ...(node.children ?? []).flatMap(flatten)]
}

function textOf(node: Node): string {
  return flatten(node)
    .map(({ value = '' }) => value)
    .join('')
}

function urlsOfHtml(html: string): string[] {
  return [...html.matchAll(/(?:src|srcset|href)="([^"]*)"/g)].map(([, url = '']) => url)
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rehypeGithubAlerts } from 'rehype-github-alerts'
import rehypeRaw from 'rehype-raw'
import rehypeSanitize from 'rehype-sanitize'
import rehypeStringify from 'rehype-stringify'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'

export type Theme = 'light' | 'dark' | 'auto'

/** Width of GitHub's column for job summaries, in CSS pixels. */
export const columnWidth = 900

const stylesheets = join(import.meta.dirname, '..', '..', 'node_modules', 'github-markdown-css')

/** Alerts bring SVG icons, which the schema would remove, so they come after it. */
const markdown = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkRehype, { allowDangerousHtml: true })
  .use(rehypeRaw)
  .use(rehypeSanitize)
  .use(rehypeGithubAlerts, {})
  .use(rehypeStringify)

const styles: Record<Theme, { readonly file: string; readonly page: string }> = {
  light: { file: 'github-markdown-light.css', page: 'body { background: #ffffff }' },
  dark: { file: 'github-markdown-dark.css', page: 'body { background: #0d1117 }' },
  auto: {
    file: 'github-markdown.css',
    page: 'body { background: #ffffff }\n@media (prefers-color-scheme: dark) { body { background: #0d1117 } }',
  },
}

/** Nothing is loaded and nothing runs, whatever the Markdown contains. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

/** The HTML that GitHub would make of Markdown: GFM, with all but harmless elements removed. */
export async function renderFragment(text: string): Promise<string> {
  return String(await markdown.process(text)).replace(
    diffBlock,
    (_block, open: string, code: string) =>
      `${open}${code.split('\n').map(colourDiffLine).join('\n')}</code>`,
  )
}

/** A page that looks like GitHub's, in one file. */
export async function renderPage(
  text: string,
  options: { readonly title: string; readonly theme: Theme },
): Promise<string> {
  const { file, page } = styles[options.theme]
  const css = readFileSync(join(stylesheets, file), 'utf8')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(options.title)}</title>
<style>
${css}
${page}
body { margin: 0 }
.markdown-body { box-sizing: border-box; max-width: ${columnWidth}px; margin: 32px auto }
</style>
</head>
<body>
<article class="markdown-body">
${await renderFragment(text)}
</article>
</body>
</html>
`
}

/** The code was serialised from plain text, so it contains no elements. */
const diffBlock = /(<code class="language-diff">)([^<]*)<\/code>/g

/** The classes of GitHub's highlighter. */
const diffClasses: readonly (readonly [start: RegExp, className: string])[] = [
  [/^@@/, 'pl-mdr'],
  [/^(?:---|\+\+\+) /, 'pl-mh'],
  [/^-/, 'pl-md'],
  [/^\+/, 'pl-mi1'],
]

function colourDiffLine(line: string): string {
  const className = diffClasses.find(([start]) => start.test(line))?.[1]
  return className === undefined ? line : `<span class="${className}">${line}</span>`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

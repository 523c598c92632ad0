import { describe, expect, test } from '@jest/globals'
import { findBrowser } from '../../testing/pictures/find-browser.ts'
import { minimumWidth } from '../../testing/pictures/table-width.ts'
import { renderFragment, renderPage } from '../../testing/pictures/render-markdown.ts'
import { stabilise } from '../../testing/pictures/stabilise.ts'
import { elementsIn, readNodes } from '../../testing/readers/html.ts'

describe('a page', () => {
  test.each(['light', 'dark', 'auto'] as const)('runs and loads nothing (%s)', async (theme) => {
    const page = await renderPage('<script>alert(1)</script>\n\n# Hi', { title: '</title>', theme })
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline';`)
    expect(page).not.toMatch(/<script|@import|url\((?!"data:)|<link/)
    expect(page).toContain('<title>&lt;/title></title>')
    expect(page).toContain('<h1>Hi</h1>')
  })

  test('follows the theme', async () => {
    const pages = (['light', 'dark', 'auto'] as const).map((theme) =>
      renderPage('', { title: '', theme }),
    )
    const [light, dark, auto] = await Promise.all(pages)
    expect(light).not.toContain('#0d1117')
    expect(dark).not.toContain('body { background: #ffffff }')
    expect(auto).toContain('prefers-color-scheme: dark')
  })
})

test('Markdown is rendered as GitHub does', async () => {
  const html = await renderFragment(
    [
      '> [!WARNING]\n> Careful\n',
      '<details><summary>More</summary>\n\n**bold** ~~gone~~ https://example.com\n\n</details>\n',
      '| a |\n| - |\n| `x` |\n',
      '<b onclick="x()">b</b> <iframe src="https://example.com"></iframe> [x](javascript:x)',
    ].join('\n'),
  )
  expect(html).toContain('markdown-alert-warning')
  expect(html).toMatch(/<details><summary>More<\/summary>\s*<p><strong>bold<\/strong>/)
  expect(html).toContain('<a href="https://example.com">')
  expect(html).toContain('<td><code>x</code></td>')
  expect(html).not.toMatch(/onclick|iframe|javascript/)
})

test('the lines of a diff have colours', async () => {
  const html = await renderFragment('```diff\n--- a\n+++ b\n@@ -1 +1 @@\n-<a>\n+b\n c\n```')
  expect(html).toContain(
    '<span class="pl-md">-&#x3C;a></span>\n<span class="pl-mi1">+b</span>\n c\n',
  )
  expect(html).toContain('<span class="pl-mh">--- a</span>')
})

const path = `deploy/production/${'0123456789abcdef'.repeat(2)}.yaml`

/** Chromium's widths of tables that have no room, with Liberation Sans. */
const measured: readonly [markdown: string, width: number][] = [
  [`| Model | File |\n| - | - |\n| support-chat | <code>${path}</code> |`, 573],
  [
    `| Model | Version | Reason |\n| - | - | - |\n| sql-assistant | [12](https://a.b/c) | a pull_request_number: see ${path} |`,
    646,
  ],
  [
    '| Metric | Version 1 | Version 2 |\n| - | - | - |\n| eval_accuracy | 0.871 | 0.9034 ▲ |\n| WWW.MMM | **0.412345678** | Qwen/Qwen2.5-7B-Instruct |',
    393,
  ],
  ['| ✅ | 漢字漢字漢字 |\n| - | - |\n| ⚠️ created | illicitly<br>fill |', 150],
]

test.each(measured)('the least width of a table is known (%#)', async (markdown, width) => {
  const [table] = elementsIn(readNodes(await renderFragment(markdown)), 'table')
  const found = table === undefined ? 0 : minimumWidth(table)
  expect(Math.abs(found / width - 1)).toBeLessThan(0.04)
})

test('the same text with other ids, dates and addresses is the same picture', () => {
  const textWith = (digit: string): string => {
    const [run, commit] = [`a${digit}`.repeat(16), `b${digit}`.repeat(20)]
    const markdown = `[${run.slice(0, 8)}](http://127.0.0.1:500${digit}/${run}) ${commit.slice(0, 7)} 2026-11-0${digit} at 127.0.0.1:500${digit} m-${run}`
    return stabilise(markdown, { mlflowUrl: `http://127.0.0.1:500${digit}`, head: commit })
  }
  expect(textWith('1')).toBe(textWith('2'))
  expect(textWith('1')).toMatch(
    /^\[([0-9a-f]{8})\]\(https:\/\/mlflow\.example\.com\/\1[0-9a-f]{24}\) [0-9a-f]{7} 2026-03-02 at mlflow\.example\.com m-\1/,
  )
})

test('a browser that is named but cannot be run is an error that names it', () => {
  expect(() => findBrowser({ CHROMIUM: '/nowhere/chromium' })).toThrow('CHROMIUM=/nowhere/chromium')
})

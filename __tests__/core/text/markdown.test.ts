import { describe, expect, test } from '@jest/globals'
import { fc } from '../../../testing/fast-check.ts'
import { code, escapeMarkdown, fenced, htmlCode, link } from '../../../src/core/text/markdown.ts'
import { plainText } from '../../../src/core/text/neutralise.ts'
import { renderMarkdown } from '../../../testing/readers/markdown.ts'
import { anyText } from '../../fixtures/nasty-text.ts'
import { hostileTexts } from '../../fixtures/hostile-texts.ts'

/** What a renderer would not treat as plain text. */
const active = /[<>\\`*[\]|~$\p{Cf}\p{Cc}]|@\w|(?<!&)#\d|:\/\/|www\.|GH-\d/u

describe('escaping for Markdown', () => {
  test.each(hostileTexts)('leaves only plain text: %j', (name) => {
    expect(escapeMarkdown(name)).not.toMatch(active)
  })

  test('leaves only plain text for any input', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeMarkdown(text)).not.toMatch(active)
      }),
    )
  })

  test('keeps ordinary names readable', () => {
    const name = 'my_model-v1.2 (8B): größe 模型 ❤\ufe0f 10:30:00'
    expect(escapeMarkdown(name)).toBe(name)
  })

  test('writes entities for special characters', () => {
    expect(escapeMarkdown('a & b < c > d | _e_ \\|')).toBe(
      'a &amp; b &lt; c &gt; d &#124; &#95;e&#95; &#92;&#124;',
    )
  })

  test('writes the name of an emoji so that it stays text', () => {
    expect(escapeMarkdown(':shipit: a:b')).toBe('：shipit： a:b')
  })

  test('makes one line with single spaces, and shows that something was unprintable', () => {
    expect(escapeMarkdown(' a \n\t b\u202ec ')).toBe('a b�c')
  })

  test.each([
    ['abc', 'abc'],
    ['abcd', 'ab…'],
    ['😀😀😀', '😀😀😀'],
    ['😀😀😀😀', '😀😀…'],
  ])('counts characters, not code units: %s', (text, escaped) => {
    expect(escapeMarkdown(text, 3)).toBe(escaped)
  })
})

describe('links', () => {
  test.each([
    'javascript:alert(1)',
    'javascript:"https://mlflow.test/"',
    'data:text/html,x',
    '',
    'https://',
    null,
    undefined,
  ])('are plain text if the URL is not an http(s) URL: %j', (url) => {
    expect(link('3', url)).toBe('3')
  })

  test.each(['http://mlflow.test/', 'HTTPS://mlflow.test/'])('lead to %s', (url) => {
    expect(link('3', url)).toBe(`[3](${url.toLowerCase()})`)
  })

  test('are nothing without a text', () => {
    expect(link('', 'https://mlflow.test/')).toBe('')
  })

  test('are plain text if the URL is too long', () => {
    const url = `https://mlflow.test/${'x'.repeat(3980)}`
    expect(link('3', url)).toBe(`[3](${url})`)
    expect(link('3', `${url}x`)).toBe('3')
  })

  test('cannot be ended by their URL and contain no password', () => {
    expect(link('3', 'https://u:p@mlflow.test/#/models/a) ![x](b|c <d> `e`')).toBe(
      '[3](https://mlflow.test/#/models/a%29%20!%5Bx%5D%28b%7Cc%20%3Cd%3E%20%60e%60)',
    )
  })
})

describe('fenced blocks', () => {
  test('have fences longer than any run of backticks in them', () => {
    expect(fenced('a\n`````\nb', 'diff')).toBe('``````diff\na\n`````\nb\n``````')
  })

  test('make invisible characters visible', () => {
    expect(fenced('a\u202eb\u001b[1m\r\n\tc\n', '')).toBe('```\na�b␛[1m␍\n\tc\n```')
  })
})

describe('code', () => {
  test.each([
    ['a b', '`a b`'],
    ['a`b', '``a`b``'],
    ['`a` ``b``', '``` `a` ``b`` ```'],
    ['`', '`` ` ``'],
    ['a | b', '` a  `&#124;`  b `'],
    ['|', '&#124;'],
    ['', ''],
    [' a\n b ', '`a b`'],
    ['a\u202eb\u0007', '`a�b�`'],
    ['<b>*_\\ @x #1 https://x', '`<b>*_\\ @x #1 https://x`'],
    ['a [skip ci] ***NO_CI***', '`a ［skip ci] ＊＊＊NO_CI＊＊＊`'],
    ['pull-requests: write', '`pull-requests: write`'],
  ])('of %j is %s', (text, markdown) => {
    expect(code(text)).toBe(markdown)
  })

  test.each([
    ['abc', '`abc`'],
    ['abcd', '`ab…`'],
    ['😀😀😀😀', '`😀😀…`'],
  ])('has a limited length: %s', (text, markdown) => {
    expect(code(text, 3)).toBe(markdown)
  })

  test.each([
    ['a paragraph', (markdown: string) => markdown, 0],
    ['a cell', (markdown: string) => `| a | b |\n| --- | --- |\n| ${markdown} | x |`, 1],
  ])('reads exactly as it is in %s, whatever it is', (_place, place, row) => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { elements, rows, references, text: all } = renderMarkdown(place(code(text)))
        const expected = plainText(text, 200)
        fc.pre(!expected.split('|').some((part) => part !== '' && part.trim() === ''))
        expect(row === 0 ? all : rows[row]?.[0]).toBe(expected)
        expect(references).toEqual([])
        expect(elements.filter((name) => !/^(?:p|code|table|t\w+)$/.test(name))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test.each(hostileTexts)('in HTML is one element: %j', (text) => {
    const { elements, text: all } = renderMarkdown(
      `<details><summary>x ${htmlCode(text)}</summary>\n\na\n\n</details>`,
    )
    expect(elements).toEqual(['details', 'summary', 'code', 'p'])
    expect(all).toContain(`x ${plainText(text, 200)}\n`)
  })
})

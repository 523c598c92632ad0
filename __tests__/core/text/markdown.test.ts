import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { escapeMarkdown, fenced, link } from '../../../src/core/text/markdown.ts'
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

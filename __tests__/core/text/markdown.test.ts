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
    expect(escapeMarkdown('a & b < c | _d_ \\|')).toBe(
      'a &amp; b &lt; c &#124; &#95;d&#95; &#92;&#124;',
    )
  })

  test('does not split a surrogate pair', () => {
    expect(escapeMarkdown('😀'.repeat(9), 3)).toBe('😀😀…')
  })
})

describe('links', () => {
  test.each(['javascript:alert(1)', 'data:text/html,x', '', 'https://', null, undefined])(
    'are plain text if the URL is not an http(s) URL: %j',
    (url) => {
      expect(link('3', url)).toBe('3')
    },
  )

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

import { describe, expect, test } from '@jest/globals'
import { parseValues } from '../../../src/core/values-file/parse.ts'
import { restOf } from '../../../src/core/values-file/rest.ts'

const rest = (text: string): string => {
  const result = parseValues(text)
  if (result.kind !== 'parsed') throw new Error(result.problem)
  return restOf(result.parsed)
}

const text =
  'a: &a {x: 1}\nglobal: # c\n  runid: &r old\n  other: "y" # d\nlist:\n- *a\n- |\n  text\n'

describe('what must not change in an update', () => {
  test.each([
    ['owned values', text.replace('old', 'new')],
    ['quotes of owned values', text.replace('old', '"new"')],
    ['new owned keys', text.replace('  other', '  modelid: m-1\n  other')],
    ['line breaks', text.replaceAll('\n', '\r\n')],
  ])('is the same with other %s', (_, changed) => {
    expect(changed).not.toBe(text)
    expect(rest(changed)).toBe(rest(text))
  })

  test('is the same whether global is missing, empty or new', () => {
    expect(rest('global:\n  runid: x\nv: 1\n')).toBe(rest('v: 1\n'))
    expect(rest('global:\nv: 1\n')).toBe(rest('v: 1\n'))
    expect(rest('global:\n  runid: x\n')).toBe(rest(''))
  })

  test.each([
    ['a comment', text.replace('# d', '# e')],
    ['a lost comment', text.replace(' # d', '')],
    ['another value', text.replace('x: 1', 'x: 2')],
    ['other quotes', text.replace('"y"', 'y')],
    ['an alias', text.replace('*a', '*r')],
    ['an anchor', text.replace('&a', '&b').replace('*a', '*b')],
    ['the anchor of an owned value', text.replace('&r ', '')],
    ['a tag', text.replace('"y"', '!!str "y"')],
    ['block text', text.replace('  text', '  other text')],
    ['a new key', `${text}new: 1\n`],
    ['a new key in global', text.replace('  other', '  new: 1\n  other')],
    ['a key of another name', text.replace('  other', '  others')],
    ['an entry less', text.replace('- *a\n', '')],
    ['the style of a map', text.replace('{x: 1}', '\n  x: 1')],
  ])('differs with %s', (_, changed) => {
    expect(changed).not.toBe(text)
    expect(rest(changed)).not.toBe(rest(text))
  })
})

import { describe, expect, test } from '@jest/globals'
import { plain } from '../../../src/core/text/prose.ts'
import { parseValues } from '../../../src/core/values-file/parse.ts'
import { serializeUnownedContent } from '../../../src/core/values-file/rest.ts'

function unownedContent(text: string): string {
  const result = parseValues(text)
  if (result.kind !== 'parsed') throw new Error(plain(result.problem))
  return serializeUnownedContent(result.parsed)
}

const text =
  'a: &a {x: 1}\nglobal: # c\n  runid: &r old\n  other: "y" # d\nlist:\n- *a\n- |\n  text\n'

describe('the content that the action does not own', () => {
  test.each([
    ['owned values', text.replace('old', 'new')],
    ['quotes around owned values', text.replace('old', '"new"')],
    ['owned keys', text.replace('  other', '  modelid: m-1\n  other')],
    ['line breaks', text.replaceAll('\n', '\r\n')],
  ])('is the same with different %s', (_, changed) => {
    expect(changed).not.toBe(text)
    expect(unownedContent(changed)).toBe(unownedContent(text))
  })

  test('is the same whether global is missing, empty or only has owned keys', () => {
    expect(unownedContent('global:\n  runid: x\nv: 1\n')).toBe(unownedContent('v: 1\n'))
    expect(unownedContent('global:\nv: 1\n')).toBe(unownedContent('v: 1\n'))
    expect(unownedContent('global:\n  runid: x\n')).toBe(unownedContent(''))
  })

  test.each([
    ['a different comment', text.replace('# d', '# e')],
    ['a missing comment', text.replace(' # d', '')],
    ['a different value', text.replace('x: 1', 'x: 2')],
    ['different quotes', text.replace('"y"', 'y')],
    ['a different alias', text.replace('*a', '*r')],
    ['a different anchor', text.replace('&a', '&b').replace('*a', '*b')],
    ['a missing anchor on an owned value', text.replace('&r ', '')],
    ['an added tag', text.replace('"y"', '!!str "y"')],
    ['different text in a block', text.replace('  text', '  other text')],
    ['a new key', `${text}new: 1\n`],
    ['a new key in global', text.replace('  other', '  new: 1\n  other')],
    ['a renamed key', text.replace('  other', '  others')],
    ['a missing entry', text.replace('- *a\n', '')],
    ['a different map style', text.replace('{x: 1}', '\n  x: 1')],
  ])('differs with %s', (_, changed) => {
    expect(changed).not.toBe(text)
    expect(unownedContent(changed)).not.toBe(unownedContent(text))
  })
})

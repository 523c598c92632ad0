import { expect, test } from '@jest/globals'
import { onlyWhere } from '../../testing/only-where.ts'
import { compilePattern } from '../../src/values-schema/patterns.ts'
import { draft7, renderChart } from '../fixtures/charts.ts'

const patterns = [
  ...['^[a-z0-9-]+$', '^[a-z0-9\\-_.]+$', '(?i)^abc$', '^(?i:abc)$', '\\Aabc\\z', '^[[:alpha:]]+$'],
  ...[
    '^[^[:space:]]+$',
    '^\\p{L}+$',
    '^\\pL+$',
    '^\\p{Latin}+$',
    '^\\PL+$',
    '^\\p{^L}+$',
    '^[^^]+$',
    '^[^]]$',
    '^(?P<x>a)b',
    '^\\@\\_\\-\\"$',
    '^a{2}$',
    '^a{2,}$',
  ],
  ...['^{x}$', '^[]a]+$', '^[^]a]+$', '^a]$', '^\\x{41}$', '^\\d+\\.\\d+$', '(?s)^a.b$', '^a|b$'],
  ...['^[\\w-.]+$', '^[[:blank:]-.]+$', '^[\\w--.]+$', '^[\\pL-]+$'],
  ...[
    '^(?i:A)bc$',
    '^a(?i)B|C$',
    '^(a(?i)B)c$',
    '^((?i)x|A(?-i)b)c$',
    'X|(?i)ABC',
    '^(?i)(?-i:a)BC$',
  ],
  ...[
    '^(?:a(?s).b|(?m)a$)',
    '(?m)^b$',
    '^a(?-s).b$',
    '(?i)^[(?i)A-C]+$',
    '^(?is-i:a.B)$',
    '(?U)^a+$',
  ],
  ...['^(?i-s)A.B$', '^(?)abc$', '^(?i)\\x{61}BC$'],
  ...['^$', '', '^\\/a\\:b$', '^[\\w.]+@[\\w.]+$', '^a{,2}$', '^\\x41$', '^[a\\]]+$', '^[[]$'],
]

const texts = [
  'abc',
  'ABC',
  'a-b_c.d',
  'é',
  '@_-"',
  'aa',
  'aaa',
  '{x}',
  ']a',
  'a]',
  'A',
  '1.5',
  'a\nb',
]
const more = ['', '/a:b', 'a@b.c', 'a{,2}', '[', ' ', 'ab', '0']

const invalid = [
  '^(?!x)',
  '(?=x)',
  '(?<=x)a',
  '(?<!x)a',
  '(a)\\1',
  '(',
  '[a',
  'a**',
  '\\Z',
  '(?>a)',
  '\\u0041',
  '(?i',
  '(?x)a',
  '(?i-)a',
  '(?i)a)',
]

const { describe: withHelm } = onlyWhere('Helm')

withHelm('patterns', () => {
  test('match what they match in Helm', () => {
    const values = [...texts, ...more]
    for (const pattern of patterns) {
      const expected = values.filter((value) => compilePattern(pattern).test(value))
      // Each text is a violation of a rule of its own, unless it matches.
      const properties = Object.fromEntries(values.map((_, index) => [`k${index}`, { pattern }]))
      const file = JSON.stringify(
        Object.fromEntries(values.map((value, index) => [`k${index}`, value])),
      )
      const { output } = renderChart({ 'values.schema.json': draft7({ properties }) }, file)
      const matched = values.filter((_, index) => !output.includes(`at '/k${index}':`))
      expect({ pattern, matched }).toEqual({ pattern, matched: expected })
    }
  }, 60_000)

  test.each(invalid)('are invalid in Helm, too: %s', (pattern) => {
    expect(() => compilePattern(pattern)).toThrow()
    const schema = draft7({ properties: { a: { pattern } } })
    expect(renderChart({ 'values.schema.json': schema }, 'a: b\n').output).toContain('regex')
  })
})

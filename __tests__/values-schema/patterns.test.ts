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
  ...[
    '^\\s$',
    '^\\S$',
    '^[^\\s]$',
    '^[\\S]$',
    '^[[:^alpha:]]$',
    '^[[:punct:]]+$',
    '^.$',
    '^a.b$',
    '(?m)a$',
  ],
  ...[
    '^\\Qa{,2}\\E',
    '\\Q[',
    '^\\Q\\E$',
    '^\\101$',
    '^[\\101]$',
    '^(?<x>a)',
    '^(?P<1>a)(?<1>b)',
    '^*a',
    'a$?',
  ],
  ...['^(?:^)+\\b+a', '\\A{2}a\\z*', '[:alpha:]', '^[a-c-e]+$', '^a{02}$', '^{01}$'],
  ...[
    '^\\p{ASCII}$',
    '^\\p{any}$',
    '^\\p{Letter}$',
    '^\\p{uppercase letter}$',
    '^\\P{UppercaseLetter}$',
  ],
  ...[
    '^.{0,1000}$',
    '^(?:a{1,10}){1,100}$',
    '^(?:(?:a{1000}){0}){2}',
    '^(?:a{2,}){500}',
    '^(?:a{0,}){1000}',
  ],
  ...['^a{1000}?b{1000}|', '^(?:a{20}|b{50}){20}|x', '^\\Q{1001}\\E|[{1001}]|\\{1001}'],
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
const more = ['', '/a:b', 'a@b.c', 'a{,2}', '[', ' ', 'ab', '0', '\n', 'a\n', 'a\rb', 'a\u2028b']
const rare = ['\u2028', '\u00a0', '\v', '\ufeff', 'a{02}', '{01}', 'a-e', ':', 'K', '\u{1F600}']

const values = [...texts, ...more, ...rare]

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
  ...[
    '^.{0,1001}$',
    'a{1001,}',
    '^(a{0,100}){0,100}$',
    '^(?:[a-z]{1,63}\\.){0,20}$',
    '(?:a{2,}){501}',
  ],
  ...['(?i:x|(?P<y>[{]a{500}b*)+){3}', 'a{2,1}', 'a{2}{3}', 'a{99999999999}', '(?:a{501}?){2}'],
  ...[
    '\\E',
    '[\\Q]',
    '[\\b]',
    '[\\A]',
    '\\e',
    '\\7',
    '\\8',
    '\\é',
    '\\x4',
    '\\x{110000}',
    '\\C',
    '\\cA',
  ],
  ...[
    '[[:foo:]]',
    '\\p{Alphabetic}',
    '\\p{Script=Greek}',
    '\\pX',
    '\\p{}',
    '\\p',
    '(?P<a-b>a)',
    '(?<>a)',
    '(?i-:a)',
  ],
]

const { describe: withHelm } = onlyWhere('Helm')

withHelm('patterns', () => {
  test('match what they match in Helm', () => {
    // Each text is a violation of a rule of its own, unless it matches.
    const rules = patterns.flatMap((pattern, index) =>
      values.map((value, place) => ({ key: `k${index}-${place}`, pattern, value })),
    )
    const properties = Object.fromEntries(rules.map(({ key, pattern }) => [key, { pattern }]))
    const file = JSON.stringify(Object.fromEntries(rules.map(({ key, value }) => [key, value])))
    const { output } = renderChart({ 'values.schema.json': draft7({ properties }) }, file)
    const violated = new Set([...output.matchAll(/at '\/(k\d+-\d+)':/g)].map(([, key]) => key))
    for (const [index, pattern] of patterns.entries()) {
      const matched = values.filter((_, place) => !violated.has(`k${index}-${place}`))
      const expected = values.filter((value) => compilePattern(pattern).test(value))
      expect({ pattern, matched }).toEqual({ pattern, matched: expected })
    }
  })

  test.each(invalid)('are invalid in Helm, too: %s', (pattern) => {
    expect(() => compilePattern(pattern)).toThrow()
    const schema = draft7({ properties: { a: { pattern } } })
    expect(renderChart({ 'values.schema.json': schema }, 'a: b\n').output).toContain('regex')
  })
})

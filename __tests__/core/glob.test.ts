import { describe, expect, test } from '@jest/globals'
import { fc } from '../../testing/fast-check.ts'
import { createNameMatcher, isEmptyExclusion, positivePatterns } from '../../src/core/glob.ts'

describe('the input models', () => {
  test.each<[string[], string, boolean]>([
    [['*'], 'anything/at.all', true],
    [['llm-*'], 'llm-7b', true],
    [['llm-*'], 'my-llm-7b', false],
    [['llm-?b'], 'llm-7b', true],
    [['llm-?b'], 'llm-70b', false],
    [['team-[ab]-*'], 'team-a-x', true],
    [['team-[!ab]-*'], 'team-c-x', true],
    [['team-[!ab]-*'], 'team-a-x', false],
    [['a.b'], 'axb', false],
    [['a(b)+'], 'a(b)+', true],
    [['\\*'], '*', true],
    [['\\*'], 'x', false],
    [['[z-a]'], '[z-a]', true],
    [['[a-cz-a]'], '[a-cz-a]', true],
    [['[!a]'], '!', true],
    [['[^a]'], '^', true],
    [['[ab]'], '\0', false],
    [['*', '!secret-*'], 'secret-1', false],
    [['*', '!secret-*', 'secret-public'], 'secret-public', true],
    [['secret-public', '*', '!secret-*'], 'secret-public', false],
    [['!old-*'], 'new-1', true],
    [['!old-*'], 'old-1', false],
    [['*', '! old-*'], 'old-1', false],
    [['**'], 'x', true],
    [['日本*'], '日本モデル', true],
    [['🤖?'], '🤖🦾', true],
  ])('%j on %j: %s', (patterns, name, selected) => {
    expect(createNameMatcher(patterns)(name)).toBe(selected)
  })

  test('patterns match the complete name, including line breaks', () => {
    expect(createNameMatcher(['a*'])('b\na')).toBe(false)
    expect(createNameMatcher(['a*'])('a\nb')).toBe(true)
  })
})

test.each([
  '&',
  '!@',
  '%',
  '#',
  ',',
  '.',
  ':',
  '<=>',
  '`',
  '~',
  '$',
  '^a',
  'a|b',
  '-a',
  '(+*?)',
  '{}',
])('matches one character of the set [%s]', (set) => {
  const members = set.replace(/^[!^]/, '')
  const negated = members !== set
  const matches = createNameMatcher([`[${set}]`])
  for (const character of members) expect(matches(character)).toBe(!negated)
  expect(matches('x')).toBe(negated)
})

test.each([
  ['[a-c-e]', 'abc-e', 'd'],
  ['[+--]', '+,-', '.'],
  ['[--/]', '-./', ','],
  ['[-a]', '-a', 'b'],
  ['[^a-c🤖-🦾]', 'dz', 'ab🤖🦾'],
])('the set %s has ranges like a regular expression', (pattern, members, others) => {
  const matches = createNameMatcher([pattern])
  expect(Array.from(members).every(matches)).toBe(true)
  expect(Array.from(others).some(matches)).toBe(false)
})

describe('any pattern', () => {
  /** Parts of a pattern, each with the regular expression of the same meaning. */
  const parts = [
    ['*', '[^]*'],
    ['?', '[^]'],
    ['a', 'a'],
    ['🤖', '🤖'],
    ['[ab]', '[ab]'],
    ['[!a]', '[^a]'],
    ['[b-🤖]', '[b-🤖]'],
    ['\\*', '\\*'],
  ] as const
  const globs = fc.array(fc.constantFrom(...parts), { maxLength: 8 })
  const names = fc
    .array(fc.constantFrom('a', 'b', '*', '\n', '🤖', '\ud83e'), { maxLength: 8 })
    .map((characters) => characters.join(''))

  test('agrees with a regular expression', () => {
    fc.assert(
      fc.property(globs, names, (glob, name) => {
        const expression = new RegExp(`^${glob.map(([, source]) => source).join('')}$`, 'u')
        const matches = createNameMatcher([glob.map(([pattern]) => pattern).join('')])
        expect(matches(name)).toBe(expression.test(name))
      }),
      { numRuns: 3000 },
    )
  })

  test.each([
    ['*-*-*-*-prod', '-'.repeat(100_000)],
    [`${'*a'.repeat(1000)}b`, 'a'.repeat(100_000)],
    [`${'*'.repeat(1000)}?b`, 'a'.repeat(100_000)],
    ['['.repeat(100_000), '[x'],
  ])('needs no backtracking (case %#)', (pattern, name) => {
    expect(createNameMatcher([pattern])(name)).toBe(false)
  })
})

test('the positive patterns each match by themselves', () => {
  const [first, second, ...others] = positivePatterns(['llm-*', '!llm-old', '\\!x'])
  expect([first?.pattern, second?.pattern]).toEqual(['llm-*', '\\!x'])
  expect(first?.matches('llm-old')).toBe(true)
  expect(first?.matches('!x')).toBe(false)
  expect(second?.matches('!x')).toBe(true)
  expect(others).toEqual([])
})

test.each([
  ['!', true],
  ['!  ', true],
  ['!a', false],
  ['\\!', false],
])('%j excludes nothing: %s', (pattern, isEmpty) => {
  expect(isEmptyExclusion(pattern)).toBe(isEmpty)
})

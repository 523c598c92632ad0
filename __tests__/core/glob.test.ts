import { describe, expect, test } from '@jest/globals'
import { createNameMatcher } from '../../src/core/glob.ts'

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
    [['*', '!secret-*'], 'secret-1', false],
    [['*', '!secret-*', 'secret-public'], 'secret-public', true],
    [['secret-public', '*', '!secret-*'], 'secret-public', false],
    [['!old-*'], 'new-1', true],
    [['!old-*'], 'old-1', false],
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

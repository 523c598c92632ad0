import { expect, test } from '@jest/globals'
import { takeTurns } from '../../src/core/turns.ts'

const items = ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']

test.each<[number, string[]]>([
  [0, ['a1', 'b1', 'c1', 'a2', 'c2', 'a3']],
  [0.4, ['b1', 'c1', 'a1', 'c2', 'a2', 'a3']],
  [0.999, ['c1', 'a1', 'b1', 'c2', 'a2', 'a3']],
])('groups take turns, beginning at %d', (start, expected) => {
  expect(takeTurns(items, (item) => item.slice(0, 1), start)).toEqual(expected)
})

test('nothing has no turns', () => {
  expect(takeTurns([], () => '', 0.5)).toEqual([])
})

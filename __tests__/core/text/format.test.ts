import { describe, expect, test } from '@jest/globals'
import {
  compareText,
  grouped,
  groupedPlural,
  plural,
  takeLines,
} from '../../../src/core/text/format.ts'

describe('a count with its noun', () => {
  test.each([
    [0, '0 runs'],
    [1, '1 run'],
    [2, '2 runs'],
  ])('of %d', (count, text) => {
    expect(plural(count, 'run')).toBe(text)
  })
})

test.each([
  ['a', 'b', -1],
  ['b', 'a', 1],
  ['a', 'a', 0],
  ['Z', 'a', -1],
  ['é', 'z', 1],
])('%s and %s are compared by code units', (a, b, order) => {
  expect(compareText(a, b)).toBe(order)
})

test.each([
  [9, ['äbc', 'def']],
  [8, ['äbc']],
  [5, ['äbc']],
  [4, []],
])('%d bytes hold the lines that fit with their line feeds', (maxBytes, lines) => {
  expect(takeLines(['äbc', 'def', 'ghi'], (line) => line, maxBytes)).toEqual(lines)
})

test.each([
  [0, '0 runs'],
  [1, '1 run'],
  [999, '999 runs'],
  [1000, '1,000 runs'],
  [1_234_567, '1,234,567 runs'],
])('thousands are separated in %d', (count, text) => {
  expect(groupedPlural(count, 'run')).toBe(text)
  expect(text).toContain(grouped(count))
})

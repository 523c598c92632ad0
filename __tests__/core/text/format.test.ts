import { describe, expect, test } from '@jest/globals'
import { plural } from '../../../src/core/text/format.ts'

describe('a count with its noun', () => {
  test.each([
    [0, '0 runs'],
    [1, '1 run'],
    [2, '2 runs'],
  ])('of %d', (count, text) => {
    expect(plural(count, 'run')).toBe(text)
  })
})

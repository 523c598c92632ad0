import { describe, expect, test } from '@jest/globals'
import { closestNames, suggestName } from '../../../src/core/text/closest.ts'

const names = ['production', 'staging', 'champion', 'challenger', 'llama-3-8b-instruct']

test.each([
  ['champoin', ['champion', 'challenger']],
  ['STAGNG', ['staging']],
  ['llama', ['llama-3-8b-instruct']],
])('the names closest to %s come first', (wanted, expected) => {
  expect(closestNames(wanted, names, expected.length)).toEqual(expected)
})

test('very long names take no long time', () => {
  const longNames = Array.from({ length: 500 }, (_, index) => `${index}${'x'.repeat(250)}`)
  expect(closestNames(`7${'x'.repeat(250)}`, longNames, 1)).toEqual([longNames[7]])
})

test('equally close names are sorted, and no more than the limit is returned', () => {
  expect(closestNames('x', ['b', 'c', 'a'], 2)).toEqual(['a', 'b'])
  expect(closestNames('x', [], 2)).toEqual([])
})

test('a name that ends alike is as far away as it is longer', () => {
  expect(closestNames('a', ['zzza', 'ab'], 1)).toEqual(['ab'])
})

describe('the name that was probably meant', () => {
  test.each([
    ['modles', 'models'],
    ['MODEL', 'models'],
    ['mdoe', 'mode'],
    ['plna', undefined],
    ['dry-run', undefined],
    ['xyz', undefined],
    ['', undefined],
  ])('for %j is %j', (wanted, expected) => {
    expect(suggestName(wanted, ['mode', 'models', 'path', 'prune'])).toBe(expected)
  })

  test('is the closest one', () => {
    expect(suggestName('staging-eu', ['staging-us', 'staging-eu2'])).toBe('staging-eu2')
  })
})

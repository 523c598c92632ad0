import { expect, test } from '@jest/globals'
import { isMap, isScalar, parseDocument, type Scalar } from 'yaml'
import { hasSameStructure } from '../../../src/core/template/same-structure.ts'

function rootOf(text: string): unknown {
  return parseDocument(text).contents
}

test.each([
  ['a: 1 # x', 'a:   1'],
  ['a: &x {b: !t [1, *y]}\n? c\n', 'a: &x {b: !t [1, *y]}\n? c\n'],
  ['', '# empty'],
])('%j and %j have the same structure', (before, after) => {
  expect(hasSameStructure(rootOf(before), rootOf(after), new Map())).toBe(true)
})

test.each([
  ['a: 1', 'b: 1'],
  ['a: 1', 'a: "1"'],
  ['a: 0', 'a: -0'],
  ['a: 1', 'a: &x 1'],
  ['a: 1', 'a: !t 1'],
  ['a: "1"', 'a: !t "1"'],
  ['a: [1]', 'a: 1'],
  ['a: 1', 'a:\n  b: 1'],
  ['a: 1', '- a'],
  ['a:\n  b: 1', 'a: 1'],
  ['a: {}', 'a: []'],
  ['a: {}', 'a: &x {}'],
  ['a: {b: 1}', 'a: [b: 1]'],
  ['a: [1, 2]', 'a: [1]'],
  ['a: [1]', 'a: [1, 2]'],
  ['a: [1, 2]', 'a: [2, 1]'],
  ['a: [1, 2]', 'a: [1, 3]'],
  ['a: 1\nb: 2', 'b: 2\na: 1'],
  ['- *x', '- *y'],
  ['- *x', '- x'],
  ['- x', '- *x'],
  ['a', ''],
  ['', 'a'],
  ['? a', 'a: 1'],
  ['a: 1', '? a'],
])('%j and %j do not', (before, after) => {
  expect(hasSameStructure(rootOf(before), rootOf(after), new Map())).toBe(false)
})

test('an expected value takes the place of the one before', () => {
  const before = rootOf('a: ${x}')
  const scalar = isMap(before) ? before.get('a', true) : undefined
  const expected = new Map<Scalar, number>(isScalar(scalar) ? [[scalar, 4]] : [])
  expect(hasSameStructure(before, rootOf('a: 4'), expected)).toBe(true)
  expect(hasSameStructure(before, rootOf('a: ${x}'), expected)).toBe(false)
})

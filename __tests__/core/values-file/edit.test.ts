import { describe, expect, test } from '@jest/globals'
import {
  applyEdits,
  checkRestOfLine,
  EditError,
  insertLinesAfter,
} from '../../../src/core/values-file/edit.ts'
import { lineEndAt, lineStartAt, runStartBefore } from '../../../src/core/values-file/position.ts'

describe('edits', () => {
  test('are applied in the order of their offsets, or else of the list', () => {
    const edits = [
      { at: 4, remove: 1, insert: 'E' },
      { at: 2, remove: 0, insert: '1' },
      { at: 2, remove: 2, insert: '2' },
    ]
    expect(applyEdits('abcdef', edits)).toBe('ab12Ef')
  })

  test('must not overlap', () => {
    const edits = [
      { at: 2, remove: 0, insert: 'x' },
      { at: 1, remove: 2, insert: '' },
    ]
    expect(() => applyEdits('abcdef', edits)).toThrow('two changes meet at the same place')
  })
})

describe('lines are inserted', () => {
  test.each([
    ['x: 1', 'x: 1\nn'],
    ['x: 1  # c\r\ny', 'x: 1  # c\r\nn\r\ny'],
    ['x: 1 \t\n', 'x: 1 \t\nn\n'],
    ['\nx: 1', '\nx: 1\nn'],
  ])('after the line %j', (text, after) => {
    const edit = insertLinesAfter(text, text.indexOf('1') + 1, ['n'])
    expect(applyEdits(text, [edit])).toBe(after)
  })

  test.each(['x: 1, y', 'x: 1# c', 'x: 1 y # c', 'x: 1 }\n'])('but not after %j', (text) => {
    const offset = text.indexOf('1') + 1
    expect(() => checkRestOfLine(text, offset)).toThrow(EditError)
    expect(() => insertLinesAfter(text, offset, ['n'])).toThrow('something follows on the line')
  })
})

test('lines begin after a line feed or a byte order mark, and end before a line feed', () => {
  expect([0, 1, 2].map((offset) => lineStartAt('\na', offset))).toEqual([0, 1, 1])
  expect([0, 1, 2].map((offset) => lineStartAt('\uFEFFa', offset))).toEqual([0, 1, 1])
  expect([0, 1, 2].map((offset) => lineEndAt('\na', offset))).toEqual([0, 2, 2])
})

test('a run of characters begins at the start of the text or after another character', () => {
  expect(runStartBefore(' \t', 2, ' \t')).toBe(0)
  expect(runStartBefore('a \tb', 3, ' \t')).toBe(1)
  expect(runStartBefore('a \tb', 4, ' \t')).toBe(4)
})

import { describe, expect, test } from '@jest/globals'
import { comparisonTable, type RunValues } from '../../../src/core/message/comparison.ts'

function rowsOf(now: Partial<RunValues>, before?: Partial<RunValues>): string[] {
  const none = { metrics: {}, params: {} }
  const previous = before && { ...none, ...before, modelVersion: '1' }
  return comparisonTable('2', { ...none, ...now, previous })
    .split('\n')
    .slice(2)
}

describe('the comparison of two versions', () => {
  test('is empty if neither has metrics or parameters', () => {
    expect(comparisonTable('2', { metrics: {}, params: {}, previous: undefined })).toBe('')
  })

  test('has no other columns if there is no previous version', () => {
    expect(rowsOf({ metrics: { b: 2, a: 1 }, params: { c: 'x' } })).toEqual([
      '| metric | a | 1 |',
      '| metric | b | 2 |',
      '| parameter | c | x |',
    ])
  })

  test.each<[Record<string, number>, Record<string, number>, string]>([
    [{ a: 1 }, {}, '1 |  | new'],
    [{}, { a: 1 }, ' | 1 | gone'],
    [{ a: 1 }, { a: 1 }, '1 | 1 | '],
    [{ a: 0.3 }, { a: 0.1 }, '0.3 | 0.1 | +0.2'],
    [{ a: 0.1 }, { a: 0.3 }, '0.1 | 0.3 | -0.2'],
    [{ a: Number.NaN }, { a: Number.NaN }, 'NaN | NaN | '],
    [{ a: Infinity }, { a: 1 }, 'Infinity | 1 | changed'],
  ])('of the metrics %j and %j', (now, before, cells) => {
    expect(rowsOf({ metrics: now }, { metrics: before })).toEqual([`| metric | a | ${cells} |`])
  })

  test.each<[Record<string, string>, Record<string, string>, string]>([
    [{ a: 'x' }, {}, 'x |  | new'],
    [{}, { a: 'x' }, ' | x | gone'],
    [{ a: 'x' }, { a: 'x' }, 'x | x | '],
    [{ a: 'x' }, { a: 'y' }, 'x | y | changed'],
    [{ toString: 'x' }, {}, 'x |  | new'],
  ])('of the parameters %j and %j', (now, before, cells) => {
    const [name] = Object.keys({ ...now, ...before })
    expect(rowsOf({ params: now }, { params: before })).toEqual([
      `| parameter | ${name ?? ''} | ${cells} |`,
    ])
  })

  test.each([
    [60, []],
    [62, ['', '2 more not shown.']],
  ])('of %i values shows 60', (count, note) => {
    const names = Array.from({ length: count }, (_, index) => String(1000 + index))
    const rows = rowsOf({ metrics: Object.fromEntries(names.map((name) => [name, 1])) })
    expect(rows.slice(59)).toEqual(['| metric | 1059 | 1 |', ...note])
  })
})

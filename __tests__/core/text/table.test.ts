import { describe, expect, test } from '@jest/globals'
import { escapeMarkdown } from '../../../src/core/text/markdown.ts'
import { fold, maxOpenRows, renderTable, type Column } from '../../../src/core/text/table.ts'
import { renderMarkdown } from '../../../testing/readers/markdown.ts'

type Item = { readonly name: string; readonly size: string }

const columns: readonly Column<Item>[] = [
  { title: 'Name', cell: ({ name }) => escapeMarkdown(name) },
  { title: 'Size', cell: ({ size }) => size, isNumber: true },
]

const options = { maxBytes: 100_000, more: (count: number) => `${count} more` }

function items(count: number, name = 'a'): Item[] {
  return Array.from({ length: count }, (_, index) => ({ name: `${name}${index}`, size: '1' }))
}

describe('a table', () => {
  test('has a row for each item, with numbers aligned at their end', () => {
    expect(renderTable(columns, items(2), options)).toEqual({
      text: '| Name | Size |\n| --- | --: |\n| a0 | 1 |\n| a1 | 1 |',
      omitted: 0,
    })
  })

  test.each<[string, Item[], string]>([
    ['in which every cell is empty', [{ name: 'a', size: '' }], '| Name |\n| --- |\n| a |'],
    [
      'but not one with a single text',
      [
        { name: '', size: '' },
        { name: 'a', size: '1' },
      ],
      '| Name | Size |\n| --- | --: |\n|  |  |\n| a | 1 |',
    ],
  ])('leaves out a column %s', (_name, given, text) => {
    expect(renderTable(columns, given, options).text).toBe(text)
  })

  test.each([
    [maxOpenRows, 0],
    [maxOpenRows + 1, 1],
    [maxOpenRows + 80, 80],
  ])('of %i rows folds all after the twentieth', (count, folded) => {
    const { text, omitted } = renderTable(columns, items(count), options)
    const [open = '', rest] = text.split('<details>')
    expect(omitted).toBe(0)
    expect(renderMarkdown(open).rows).toHaveLength(1 + maxOpenRows)
    if (folded === 0) expect(rest).toBeUndefined()
    else {
      expect(rest).toMatch(new RegExp(`^<summary>${folded} more</summary>`))
      expect(renderMarkdown(rest ?? '').rows).toHaveLength(1 + folded)
    }
  })

  test.each([600, 2_000, 50_000])('of at most %i bytes counts what did not fit', (maxBytes) => {
    const { text, omitted } = renderTable(columns, items(5_000, '模型'), { ...options, maxBytes })
    const { rows } = renderMarkdown(text)
    const heads = text.match(/\| Name \|/g)?.length ?? 0
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxBytes)
    expect(omitted).toBe(5_000 - (rows.length - heads))
    expect(rows.length).toBeGreaterThan(heads)
  })

  test('is empty if no item fits, and all of them are counted', () => {
    const nothing = { text: '', omitted: 3 }
    expect(renderTable(columns, items(3), { ...options, maxBytes: 100 })).toEqual(nothing)
  })

  test('leaves out a column whose only text is in rows that do not fit', () => {
    const given = [{ name: 'a', size: '' }, ...items(3_000)]
    const { text } = renderTable(columns, given, { ...options, maxBytes: 415 })
    expect(text).toBe('| Name |\n| --- |\n| a |')
  })
})

test('a folded part is closed unless it is said to be open', () => {
  expect(fold('More', 'text')).toBe('<details><summary>More</summary>\n\ntext\n\n</details>')
  expect(fold('More', 'text', true)).toMatch(/^<details open><summary>/)
})

import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { list } from '../../src/http/list.ts'

const schema = z.object({ rows: list(z.object({ a: z.string(), b: z.string() })) })

test('a list of valid items is what z.array makes of it', () => {
  const rows = [
    { a: 'x', b: 'y' },
    { a: '', b: 'z', other: 1 },
  ]
  expect(schema.parse({ rows })).toEqual({
    rows: [
      { a: 'x', b: 'y' },
      { a: '', b: 'z' },
    ],
  })
})

test('only the first issue of the first item that is not valid is reported', () => {
  const { error } = schema.safeParse({ rows: [{ a: '', b: '' }, {}, 1, {}] })
  expect(error?.issues).toMatchObject([
    { path: ['rows', 1, 'a'], message: 'Invalid input: expected string, received undefined' },
  ])
})

test.each([undefined, null, {}, 'x'])('%j is not a list', (rows) => {
  expect(schema.safeParse({ rows }).error?.issues).toMatchObject([{ path: ['rows'] }])
})

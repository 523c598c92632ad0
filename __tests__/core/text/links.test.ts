import { expect, test } from '@jest/globals'
import { branchUrl, fileUrl } from '../../../src/core/text/links.ts'

test('links do not repeat slashes at the end of the base URL', () => {
  expect(branchUrl('https://github.example.com//', 'acme/x', 'a/b')).toBe(
    'https://github.example.com/acme/x/tree/a/b',
  )
})

test('a base URL with many slashes is trimmed in linear time', () => {
  const base = `https://github.example.com${'/'.repeat(1_000_000)}x`
  expect(fileUrl(`${base}///`, 'acme/x', 'main', 'a b.yaml')).toBe(
    `${base}/acme/x/blob/main/a%20b.yaml`,
  )
})

import { expect, test } from '@jest/globals'
import { branchUrl, compareRunsUrl, fileUrl } from '../../../src/core/text/links.ts'

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

test.each([
  ['', 'https://github.test/acme/x/tree/main'],
  ['deploy/värde #1', 'https://github.test/acme/x/tree/main/deploy/v%C3%A4rde%20%231'],
])('a link can lead to a directory of a branch: %j', (directory, url) => {
  expect(branchUrl('https://github.test', 'acme/x', 'main', directory)).toBe(url)
})

test('a link to the comparison of runs names each experiment once', () => {
  const url = (experiments: string[]) =>
    new URL(compareRunsUrl('https://mlflow.test/ui/', experiments, ['a"b', 'c&d']))
  const parametersOf = ({ hash }: URL) => new URLSearchParams(hash.replace('#/compare-runs?', ''))
  expect(url(['1', '2']).href).toMatch(/^https:\/\/mlflow\.test\/ui\/#\/compare-runs\?runs=/)
  expect(Object.fromEntries(parametersOf(url(['1', '2'])))).toEqual({
    runs: JSON.stringify(['a"b', 'c&d']),
    experiments: '["1","2"]',
  })
  expect(parametersOf(url(['1', '1'])).get('experiments')).toBe('["1"]')
})

import { expect, test } from '@jest/globals'
import { fileName, isRunId, runIdFromFileName } from '../../../src/core/values-file/file.ts'

test.each([
  ['a', true],
  ['A-b_c', true],
  ['0'.repeat(250), true],
  ['0'.repeat(251), false],
  ['', false],
  ['-a', false],
  ['a/b', false],
  ['a.b', false],
  ['a\n', false],
  ['ä', false],
])('%j is a valid run id: %s', (text, valid) => {
  expect(isRunId(text)).toBe(valid)
})

test('the longest run id makes a file name of 255 bytes', () => {
  expect(fileName('0'.repeat(250))).toHaveLength(255)
})

test('only names of the form <run id>.yaml belong to a run', () => {
  expect(runIdFromFileName(fileName('abc-1'))).toBe('abc-1')
  for (const name of [
    'abc',
    'abc.yml',
    'abc.yaml.bak',
    '.abc.yaml',
    '.yaml',
    'README.md',
    'a b.yaml',
  ]) {
    expect(runIdFromFileName(name)).toBeUndefined()
  }
})

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { mergeLines } from '../../../src/core/text/merge-lines.ts'
import { fc } from '../../../testing/fast-check.ts'

/** What git makes of it; undefined if it is a conflict. */
function mergeFile(base: string, ours: string, theirs: string): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'merge-'))
  const paths = [ours, base, theirs].map((text, index) => {
    const path = join(directory, String(index))
    writeFileSync(path, text)
    return path
  })
  try {
    return execFileSync('git', ['merge-file', '-p', ...paths], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return undefined
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test.each([
  ['another line', 'a\nb\nc\nd\n', 'A\nb\nc\nd\n', 'a\nb\nc\nD\n', 'A\nb\nc\nD\n'],
  ['a line added at the end', 'a\nb\nc\n', 'A\nb\nc\n', 'a\nb\nc\nd\n', 'A\nb\nc\nd\n'],
  ['a last line without a line break', 'a\nb\nc', 'A\nb\nc', 'a\nb\nC', 'A\nb\nC'],
  [
    'Windows line breaks',
    'a\r\nb\r\nc\r\n',
    'A\r\nb\r\nc\r\n',
    'a\r\nb\r\nC\r\n',
    'A\r\nb\r\nC\r\n',
  ],
  ['lines removed and added', 'a\nb\nc\nd\ne\n', 'b\nc\nd\ne\n', 'a\nb\nc\nx\ny\n', 'b\nc\nx\ny\n'],
  ['the same line', 'a\nb\nc\n', 'a\nB\nc\n', 'a\nX\nc\n', undefined],
  ['the next line', 'a\nb\nc\n', 'a\nB\nc\n', 'a\nb\nC\n', undefined],
])('merges %s', (_what, base, ours, theirs, merged) => {
  expect(mergeLines(base, ours, theirs)).toBe(merged)
  expect(mergeFile(base, ours, theirs)).toBe(merged)
})

const base = ['a', 'b', 'a', 'c', 'd', 'a', 'b', 'e'].map((line) => `${line}\n`)

/** The base with a few lines replaced, removed, or followed by others. */
const version = fc
  .array(fc.tuple(fc.nat({ max: base.length - 1 }), fc.constantFrom('', 'a\n', 'x\n', 'a\ny\n')), {
    maxLength: 2,
  })
  .map((edits) => base.map((line, at) => new Map(edits).get(at) ?? line).join(''))

test('never merges what git merges otherwise or not at all', () => {
  let merges = 0
  fc.assert(
    fc.property(version, version, (ours, theirs) => {
      const merged = mergeLines(base.join(''), ours, theirs)
      if (merged === undefined) return
      merges += 1
      expect(merged).toBe(mergeFile(base.join(''), ours, theirs))
    }),
    { numRuns: 200 },
  )
  expect(merges).toBeGreaterThan(50)
})

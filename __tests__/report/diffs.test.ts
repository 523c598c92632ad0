import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { fc } from '../../testing/fast-check.ts'
import { unifiedDiff } from '../../src/report/diffs.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'diff-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function diffOf(path: string, before: string | undefined, after: string | undefined): string {
  return unifiedDiff({ path, before, after })
}

function applyWithGit(before: string | undefined, after: string | undefined): string | undefined {
  const file = join(directory, 'f.yaml')
  rmSync(file, { force: true })
  if (before !== undefined) writeFileSync(file, before)
  const patch = diffOf('f.yaml', before, after)
  if (patch !== '') {
    execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: directory, input: patch })
  }
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('')
}

describe('a unified diff', () => {
  test('shows three lines around a change', () => {
    const before = numbered(20)
    expect(diffOf('f.yaml', before, before.replace('line 10\n', 'ten\n'))).toBe(
      [
        '--- a/f.yaml',
        '+++ b/f.yaml',
        '@@ -7,7 +7,7 @@',
        ' line 7',
        ' line 8',
        ' line 9',
        '-line 10',
        '+ten',
        ' line 11',
        ' line 12',
        ' line 13',
        '',
      ].join('\n'),
    )
  })

  test('is empty if nothing differs', () => {
    expect(diffOf('f.yaml', 'a\n', 'a\n')).toBe('')
  })

  test('has two hunks only if the changes are far apart', () => {
    const before = numbered(30)
    const hunkCount = (line: number) =>
      diffOf('f', before, before.replace('line 5\n', 'x\n').replace(`line ${line}\n`, 'y\n'))
        .split('\n')
        .filter((text) => text.startsWith('@@')).length
    expect(hunkCount(12)).toBe(1)
    expect(hunkCount(13)).toBe(2)
  })

  test.each([
    [undefined, 'a\nb\n'],
    ['a\nb\n', undefined],
    ['a\nb', 'a\nb\n'],
    ['a\r\nb\r\n', 'a\r\nc\r\n'],
    [numbered(3000), `first\n${numbered(2999)}last\n`],
    [numbered(3000).replaceAll('line', 'old'), numbered(3000)],
    [numbered(3000).trimEnd().replaceAll('line', 'old'), numbered(3000)],
    [numbered(3000).replaceAll('line', 'old'), numbered(3000).trimEnd()],
  ])('can be applied by git (%#)', (before, after) => {
    expect(applyWithGit(before, after)).toBe(after)
  })

  test('can be applied by git for any texts', () => {
    const line = fc.constantFrom('a\n', 'b\n', 'c\n', '\n', '- x\n', '+ y\n')
    const text = fc
      .tuple(fc.array(line, { maxLength: 25 }), fc.constantFrom('', 'end'))
      .map(([lines, lastLine]) => lines.join('') + lastLine)
      .filter((content) => content !== '')
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(applyWithGit(before, after)).toBe(after)
      }),
      { numRuns: 60 },
    )
  })
})

import { describe, expect, test } from '@jest/globals'
import { isHeldFile, owned, updateText } from '../../fixtures/values-files.ts'

// If any of these took quadratic time, the tests would time out.
const many = 500_000
const lines = 40_000

const added = Object.entries(owned)
  .map(([key, value]) => `  ${key}: ${typeof value === 'string' ? JSON.stringify(value) : value}\n`)
  .join('')

/** Owned values that the action writes in double quotes, so that `added` is what it writes. */
const wanted = { ...owned, runid: '1', modelid: '2' }
const written = added.replace(/runid: .*/, 'runid: "1"').replace(/modelid: .*/, 'modelid: "2"')

describe('a large file is updated in linear time', () => {
  const blank = '\n'.repeat(lines)
  const spaces = ' '.repeat(many)
  const comments = '      # c\n'.repeat(lines)

  test.each([
    ['blank lines after a block', 'global:\n  t: |\n    x\n', `${blank}v: 1\n`],
    ['blank lines within a block', `global:\n  t: |\n    x\n${blank}    y\n`, 'v: 1\n'],
    ['blank lines in a block that keeps them', `global:\n  t: |+\n    x\n${blank}`, 'v: 1\n'],
    [
      'blank lines in a CRLF file',
      'global:\r\n  t: |\r\n    x\r\n',
      `${'\r\n'.repeat(lines)}v: 1\r\n`,
    ],
    ['spaces after a value', `global:\n  x: 1${spaces}\n`, 'v: 1\n'],
    ['tabs after a value', `global:\n  x: 1${'\t'.repeat(many)}\n`, 'v: 1\n'],
    ['a line of spaces', 'global:\n  x: 1\n', `${spaces}\nv: 1\n`],
    ['comments below a value', `global:\n  x: 1\n${comments}`, 'v: 1\n'],
    ['a comment after many blank lines', `global:\n  x: 1\n${blank}      # c\n`, `${blank}v: 1\n`],
    ['comments above the first key', `global:\n  x: 1\n`, `${'# c\n'.repeat(lines)}v: 1\n`],
  ])('with %s', (_, head, tail) => {
    const lineBreak = head.includes('\r') ? '\r\n' : '\n'
    const text = head + written.replaceAll('\n', lineBreak) + tail
    // Compared as booleans, because a difference of this size takes minutes to print.
    const update = updateText(head + tail, wanted)
    expect(update.kind === 'updated' && update.text === text).toBe(true)
  })

  test('with spaces before null', () => {
    const update = updateText(`global:${spaces}null\nv: 1\n`, wanted)
    expect(update.kind === 'updated' && update.text === `global:\n${written}v: 1\n`).toBe(true)
  })

  test('with a number of many digits', () => {
    const text = (value: string) => `global:\n${written.replace('"2"', value)}`
    const update = updateText(text(`${'1'.repeat(many)}x`), wanted)
    expect(update.kind === 'updated' && update.text === text('"2"')).toBe(true)
  })

  test('with comments above the first key and no global', () => {
    const comment = '# c\n'.repeat(lines)
    const update = updateText(`${comment}v: 1\n`, wanted)
    expect(update.kind === 'updated' && update.text === `global:\n${written}${comment}v: 1\n`).toBe(
      true,
    )
  })
})

describe('a large file is classified in linear time', () => {
  test.each([
    ['lines of spaces', `a: [\n${`${' '.repeat(100)}\n`.repeat(many / 100)}`],
    ['byte order marks', `a: [\n# ${' \uFEFF'.repeat(many)}`],
    ['spaces before a byte order mark', `a: 1\n${' '.repeat(many)}\uFEFF`],
    ['lines that almost hold it', `a: 1\n${`#${' '.repeat(100)}mlflow-sync\n`.repeat(many / 100)}`],
    ['aliases as keys', `x: &x y\nglobal:\n${'  *x : 1\n'.repeat(lines)}`],
    ['quotes and backslashes', `a: "${'\\"'.repeat(many)}`],
    ['conflict markers', '<<<<<<< x\n'.repeat(lines)],
    ['markers', '---\n# c\n'.repeat(lines)],
  ])('with %s', (_, text) => {
    expect(isHeldFile(text)).toBe(false)
  })
})

import { describe, expect, test } from '@jest/globals'
import { readContent } from '../../../src/core/values-file/file.ts'
import { isHeldFile } from '../../fixtures/values-files.ts'
import { plainTexts } from '../../fixtures/plain-texts.ts'

const hold = '# mlflow-sync: hold'

describe('the hold comment', () => {
  test.each([
    ['in an otherwise empty file', hold],
    ['on the first line', `${hold}\nglobal: {}\n`],
    ['after a byte order mark', `\uFEFF${hold}\na: 1\n`],
    ['on the last line, without a line break', `a: 1\n${hold}`],
    ['indented', `a:\n    ${hold}\n  b: 1\n`],
    ['after a tab', `a: 1\n\t${hold}\n`],
    ['with a reason', `${hold} until Friday\na: 1\n`],
    ['with a tab and a reason', `${hold}\tuntil Friday\na: 1\n`],
    ['with trailing spaces', `${hold}  \na: 1\n`],
    ['in a CRLF file', `a: 1\r\n${hold}\r\nb: 1\r\n`],
    ['in a flow map', `{a: 1,\n  ${hold}\n b: 2}\n`],
    ['after the document end marker', `a: 1\n...\n${hold}\n`],
    ['before directives', `${hold}\n%YAML 1.2\n---\na: 1\n`],
    ['after a literal block', `a: |\n  text\n${hold}\n`],
    ['in addition to the same text in a block', `a: |\n  ${hold}\nb: 1\n${hold}\n`],
    ['in one of several documents', `a: 1\n---\n${hold}\nb: 1\n`],
    ['in a file that is not valid YAML', `a: [\n${hold}\nb: }\n`],
    ['inside an unclosed string', `a: "\n${hold}\n`],
    ['between lone carriage returns', `a: 1\r${hold}\rb: 1\n`],
    ['without spaces', '#mlflow-sync:hold\na: 1\n'],
    ['with more spaces', '#   mlflow-sync  :  hold\na: 1\n'],
    ['with tabs', '#\tmlflow-sync\t:\thold\na: 1\n'],
    ['in capitals', '# MLflow-Sync: HOLD\na: 1\n'],
    ['with a colon and a reason', `${hold}: until Friday\na: 1\n`],
    ['with a reason in brackets', `${hold}(until Friday)\na: 1\n`],
  ])('counts %s', (_, text) => {
    expect(isHeldFile(text)).toBe(true)
  })

  test.each([
    ['a longer word', '# mlflow-sync: holdover\na: 1\n'],
    ['a longer word with an accent', '# mlflow-sync: hold\u00e9\na: 1\n'],
    ['a hyphenated word', '# mlflow-sync: hold-on\na: 1\n'],
    ['a hyphenated number', '# mlflow-sync: hold-1\na: 1\n'],
    ['another word before it', '# mlflow-sync: on hold\na: 1\n'],
    ['a missing colon', '# mlflow-sync hold\na: 1\n'],
    ['a line break in it', '# mlflow-sync:\nhold: 1\n'],
    ['text before it', '# see mlflow-sync: hold\na: 1\n'],
    ['a second #', '## mlflow-sync: hold\na: 1\n'],
    ['after a value', `a: 1 ${hold}\n`],
    ['after a key', `a: ${hold}\n  b: 1\n`],
    ['in a literal block', `a: |\n  text\n  ${hold}\nb: 1\n`],
    ['in a folded block', `a: >-\n  ${hold}\nb: 1\n`],
    ['in a literal block in the first column', `--- |\n${hold}\n`],
    ['in double quotes', `a: "\n  ${hold}\n  "\n`],
    ['in single quotes', `a: 'x\n  ${hold}\n  y'\n`],
    ['a file without comments', 'global:\n  runid: a\n'],
    ['an empty file', ''],
  ])('does not count: %s', (_, text) => {
    expect(isHeldFile(text)).toBe(false)
  })
  test('counts in a file that is not UTF-8 as in any other', () => {
    const latin1 = (text: string) => readContent(Buffer.from(text, 'latin1')).kind
    expect(latin1(`# caf\u00e9\n${hold}\na: 1\n`)).toBe('held')
    expect(latin1(`a: |\n  caf\u00e9\n  ${hold}\n`)).toBe('damaged')
  })
})

describe('what is reported of a file on hold', () => {
  const comment = 'the file has the comment `# mlflow-sync: hold`'

  test.each([
    ['# mlflow-sync: hold', ''],
    ['# mlflow-sync: hold  ', ''],
    ['# mlflow-sync: hold.', ''],
    ['# mlflow-sync: hold until the load test is over', 'until the load test is over'],
    ['#mlflow-sync:hold:until Friday', 'until Friday'],
    ['# mlflow-sync: hold - until Friday', 'until Friday'],
    ['# mlflow-sync: hold \u2014 until Friday', 'until Friday'],
    ['# mlflow-sync: hold, see #12', 'see #12'],
    ['# mlflow-sync: hold (until Friday)', 'until Friday'],
    ['# mlflow-sync: hold (see #12) and wait', '(see #12) and wait'],
    ['# mlflow-sync: hold -until Friday', 'until Friday'],
    ['# mlflow-sync: hold until Friday \t', 'until Friday'],
    ['# mlflow-sync: hold wait (see #12)', 'wait (see #12)'],
    ['# mlflow-sync: hold ( until Friday )', 'until Friday'],
  ])('the reason in %j is %j', (line, reason) => {
    const content = readContent(Buffer.from(`a: 1\n${line}\r\nb: 1\n`))
    const expected = reason === '' ? comment : `${comment}: ${reason}`
    expect(plainTexts(content)).toMatchObject({ kind: 'held', reason: expected, line: 2 })
  })

  test('a long reason is cut, between characters', () => {
    const text = `${hold} ${'x'.repeat(198)}${'\u{1f916}'.repeat(300)}\n`
    const expected = `${comment}: ${'x'.repeat(198)}\u{1f916}\u2026`
    expect(plainTexts(readContent(Buffer.from(text)))).toMatchObject({ reason: expected })
  })

  test.each([
    ['x'.repeat(200), 'x'.repeat(200)],
    ['x'.repeat(201), `${'x'.repeat(199)}\u2026`],
    ['\u{1f916}'.repeat(200), '\u{1f916}'.repeat(200)],
    ['\u{1f916}'.repeat(201), `${'\u{1f916}'.repeat(199)}\u2026`],
  ])('a reason has at most 200 characters (%#)', (reason, expected) => {
    const content = readContent(Buffer.from(`${hold} ${reason}\n`))
    expect(plainTexts(content)).toMatchObject({ reason: `${comment}: ${expected}` })
  })

  test('the first comment counts', () => {
    const text = `a: |\n  ${hold} no\n${hold} one\n${hold} two\n`
    expect(plainTexts(readContent(Buffer.from(text)))).toMatchObject({ reason: `${comment}: one` })
  })

  test('includes the owned values, if the file can be read', () => {
    const text = `${hold}\nglobal: {modelName: m, modelVersion: "3"}\n`
    const owned = { modelName: 'm', modelVersion: '3' }
    expect(readContent(Buffer.from(text))).toMatchObject({ kind: 'held', owned })
    expect(readContent(Buffer.from(`${text}a: [\n`))).toHaveProperty('owned', {})
  })
})

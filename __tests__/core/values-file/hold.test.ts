import { describe, expect, test } from '@jest/globals'
import { isHeldFile } from '../../fixtures/values-files.ts'

const hold = '# mlflow-sync: hold'

describe('the comment that holds a file', () => {
  test.each([
    ['alone', hold],
    ['first', `${hold}\nglobal: {}\n`],
    ['behind a byte order mark', `\uFEFF${hold}\na: 1\n`],
    ['last, without a line break', `a: 1\n${hold}`],
    ['indented', `a:\n    ${hold}\n  b: 1\n`],
    ['behind a TAB', `a: 1\n\t${hold}\n`],
    ['with a reason', `${hold} until Friday\na: 1\n`],
    ['with a TAB and a reason', `${hold}\tuntil Friday\na: 1\n`],
    ['with blanks behind it', `${hold}  \na: 1\n`],
    ['in a CRLF file', `a: 1\r\n${hold}\r\nb: 1\r\n`],
    ['in a flow map', `{a: 1,\n  ${hold}\n b: 2}\n`],
    ['behind the end of the document', `a: 1\n...\n${hold}\n`],
    ['in front of directives', `${hold}\n%YAML 1.2\n---\na: 1\n`],
    ['behind a literal block', `a: |\n  text\n${hold}\n`],
    ['besides the same words in a block', `a: |\n  ${hold}\nb: 1\n${hold}\n`],
    ['in one of several documents', `a: 1\n---\n${hold}\nb: 1\n`],
    ['in a file that is no YAML', `a: [\n${hold}\nb: }\n`],
    ['within what would be a string, were it closed', `a: "\n${hold}\n`],
  ])('counts when it stands %s', (_, text) => {
    expect(isHeldFile(text)).toBe(true)
  })

  test.each([
    ['another word', '# mlflow-sync: holding\na: 1\n'],
    ['more letters', '# mlflow-sync: hold-on\na: 1\n'],
    ['another spelling', '#mlflow-sync: hold\na: 1\n'],
    ['words in front', '# see mlflow-sync: hold\na: 1\n'],
    ['a second #', '## mlflow-sync: hold\na: 1\n'],
    ['behind a value', `a: 1 ${hold}\n`],
    ['behind a key', `a: ${hold}\n  b: 1\n`],
    ['in a literal block', `a: |\n  text\n  ${hold}\nb: 1\n`],
    ['in a folded block', `a: >-\n  ${hold}\nb: 1\n`],
    ['in double quotes', `a: "\n  ${hold}\n  "\n`],
    ['in single quotes', `a: 'x\n  ${hold}\n  y'\n`],
    ['nothing', 'global:\n  runid: a\n'],
    ['an empty file', ''],
  ])('does not count as %s', (_, text) => {
    expect(isHeldFile(text)).toBe(false)
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parseText, readContent, readValues } from '../../../src/core/values-file/file.ts'
import { readPlainLines } from '../../../src/core/values-file/plain-lines.ts'
import { updatePlainLines } from '../../../src/core/values-file/plain-update.ts'
import { render } from '../../fixtures/templates.ts'
import { owned, updateText } from '../../fixtures/values-files.ts'

const root = join(import.meta.dirname, '../../..')
const newFile = render(readFileSync(join(root, 'templates/vllm.yaml'), 'utf8'))

describe('takes no parser', () => {
  test('to read a new file of the built-in template, to complete it and to update it', () => {
    expect(readPlainLines(newFile)).toBeDefined()
    const complete = updatePlainLines(newFile, owned)
    expect(complete).toMatch(/^global:\n {2}experimentId: "12"$/m)
    const newer = { ...owned, modelVersion: '4' }
    expect(updatePlainLines(complete ?? '', newer)).toBe(complete?.replace('"3"', '"4"'))
  })

  test.each([
    ['a list of maps', 'a:\n  - b: 1\n    c: 2\n  - b: 3\n'],
    ['a list at the margin', 'a:\n- b: 1\n  c: 2\n-   b: 3\nd: 1\n'],
    ['a list at the margin in a list', 'a:\n  - b:\n    - 1\n    - 2\n    c: 3\n'],
    ['lists in lists', 'a:\n  - - 1\n    - 2\n  -\n    - 3\n  - - - 4\n'],
    ['empty values', 'a:\nb: # c\nc:\n  -\n  - # d\n  - 1\n'],
    ['quotes', `a: "b: # c\\"\\\\\\n"\nb: 'it''s: # c' # d\n"c d": 'e'\n'f': ""\n`],
    ['plain text', 'a: b c:d #e\nb: -1\nc: --x=y, z\nd: a[0]{1}\ne: http://x/#y\nf: <HOST>\n'],
    [
      'lists and maps on one line',
      'a: []\nb: {}\nc: [a, "b, ]", \'c\', -d, 1.5]\nd: {a: b, c: 1}\n',
    ],
    ['blocks', 'a: |\n  b: [\n\n   "c\n# d\nb: >- # e\n    f\n\nc:\n  - |+\n    g\n\n  - h\n'],
    ['a block of any indentation', 'a: |\n  \n  b\n      c\n  d\ne: |\n f\n   '],
    ['owned keys elsewhere', 'runid: a\nglobal:\n  x:\n    runid: b\n  z:\n  - modelid: c\n'],
    ['comments of any indentation', '# a\n    # b\na:\n# c\n      # d\n  b: 1\n # e\n  c: 2\n'],
    ['a document start marker', '# a\n---  # b\nc: 1\n'],
    ['no line break at the end', 'a: 1'],
    ['spaces at the end of lines', 'a:  \n  b: 1   \n   \n'],
    ['CRLF', 'a:\r\n  - b\r\n\r\n# c\r\nd: |\r\n  e\r\n'],
    ['a duplicate key outside of global', 'a: 1\na: 2\n'],
    ['any letters', 'a: é 日本 🤖\nb: "\u202e"\n'],
  ])('to read %s', (_, text) => {
    expect(readPlainLines(text)).toBeDefined()
    expect(readValues(text)).toEqual(parseText(text).values)
  })

  test.each([
    ['replace a value', 'global:\n  runid: x # c\na: 1\n'],
    ['fill an empty value', 'global:\n  runid:\n  modelName: # c\na: 1\n'],
    ['fill an empty global', 'global: # c\nv:\n    a: 1\n'],
    ['add global', '# a\n\n# b\nv: 1\n'],
    ['add global as the first map is indented', 'a:\n  - b: 1\nv:\n    a: 1\nw:\n  b: 1\n'],
    ['add keys below deeper comments', 'global:\n  a:\n    b: 1\n    # c\n  # d\nv: 1\n'],
    ['add keys at the end of the file', 'v: 1\nglobal:\n  a: 1'],
    ['keep CRLF', 'global:\r\n  a: 1\r\nv: 1\r\n'],
  ])('to %s', (_, text) => {
    const after = updatePlainLines(text, owned)
    expect(after).toBeDefined()
    expect(updateText(text, owned)).toEqual({ kind: 'updated', text: after })
  })
})

describe('leaves to the parser', () => {
  test.each([
    ['an empty file', ''],
    ['comments only', '# a\n---\n'],
    ['a byte order mark', '\uFEFFa: 1\n'],
    ['a byte order mark in a text', 'a: x\uFEFFy\n'],
    ['a byte order mark in a comment', '# \uFEFF\na: 1\n'],
    ['a comma first', 'a: ,b\n'],
    ['a number that is too large for PyYAML', `a: 1${':30'.repeat(200)}.5\n`],
    ['a NUL character', 'a: "\0"\n'],
    ['a control character', 'a: "\x07"\n'],
    ['a character that may be a line break', 'a: "\u2028"\n'],
    ['a lone carriage return', 'a: 1 # b\rc: 2\n'],
    ['a lone carriage return in a comment', '# a\rb: 2\nc: 1\n'],
    ['a lone surrogate', 'a: "\ud800"\n'],
    ['a list', '- a\n'],
    ['a single value', 'text\n'],
    ['an indented map', '  a: 1\n'],
    ['a flow map', '{a: 1}\n'],
    ['a directive', '%YAML 1.2\n---\na: 1\n'],
    ['content after the marker', '--- {a: 1}\n'],
    ['a document end marker', 'a: 1\n...\n'],
    ['a second document', 'a: 1\n---\nb: 1\n'],
    ['two markers', '---\n---\na: 1\n'],
    ['an anchor', 'a: &b 1\n'],
    ['an alias', 'a: *b\n'],
    ['a tag', 'a: !!str 1\n'],
    ['a merge key', 'a:\n  <<: {b: 1}\n'],
    ['a quoted merge key', 'a:\n  "<<": {b: 1}\n'],
    ['a merge key in single quotes', "a:\n  '<<': {b: 1}\n"],
    ['a tab in a quoted key', "'a\tb': 1\n"],
    ['an explicit key', '? a\n: 1\n'],
    ['a space before a colon', 'a : 1\n'],
    ['a key without a space after its colon', 'a:1\n'],
    ['a quoted key without one', '"a":1\n'],
    ...['y', 'N', 'yes', 'no', 'On', 'off', 'true', 'False'].map((key): [string, string] => [
      `a key that is a boolean for some readers: ${key}`,
      `${key}: 1\n`,
    ]),
    ['a key that is null', 'Null: 1\n'],
    ['a key that is a number', '80: 1\n'],
    ['a very long key', `${'a'.repeat(1030)}: 1\n`],
    ['a very long quoted key', `"${'a'.repeat(1030)}": 1\n`],
    ['an empty key', '"": 1\n'],
    ['an escape in a key', '"a\\n": 1\n'],
    ['a dash without a space', 'a:\n  -b\n'],
    ['two keys on one line', 'a: b: c\n'],
    ['a list on the line of its key', 'a: - b\n'],
    ['plain text over several lines', 'a: b\n  c\n'],
    ['plain text below its key', 'a:\n  b\n'],
    ['plain text that ends with a colon', 'a: b:\n'],
    ['a quoted string over several lines', 'a: "b\n  c"\n'],
    ['text after a quoted string', 'a: "b" c\n'],
    ['a comment right after a quoted string', 'a: "b"#c\n'],
    ['an escape that readers do not share', 'a: "\\ud800"\n'],
    ['a lone quote', "a: 'b\n"],
    ['a tab after a colon', 'a:\tb\n'],
    ['a tab in plain text', 'a: b\tc\n'],
    ['a tab before a comment', 'a: b\t# c\n'],
    ['a line with a tab', 'a: 1\n\t\nb: 1\n'],
    ['a tab at the indentation of a block', 'a: |\n  \tb\n'],
    ['a tab after the indentation of a block', 'a: |\n  b\n \tc\n'],
    ['a block with a given indentation', 'a: |2\n  b\n'],
    ['an empty block', 'a: |\nb: 1\n'],
    ['a block with a long blank line first', 'a: |\n     \n  b\n'],
    ['a block whose text is not indented', 'a:\n  - b: |\n    c\n'],
    ['flow collections in each other', 'a: [[b]]\n'],
    ['a flow collection over several lines', 'a: [\n  b]\n'],
    ['a flow map with an empty value', 'a: {b: , c: 1}\n'],
    ['a flow map without spaces', 'a: {"b":1}\n'],
    ['a flow list with a colon', 'a: [b:80]\n'],
    ['an invalid number in a flow list', 'a: [0x_]\n'],
    ['a number of very many digits in a flow list', `a: [${'1'.repeat(5000)}]\n`],
    ['a key in a flow map that is a boolean for some readers', 'a: {on: 1}\n'],
    ['text with spaces in a flow list', 'a: [b c]\n'],
    ['a comment right after a block indicator', 'a: |# b\n  c\n'],
    ['text after a block indicator', 'a: | b\n  c\n'],
    ['a comment right after a flow list', 'a: []# b\n'],
    ['a key that is not indented enough', 'a:\n    b: 1\n  c: 2\n'],
    ['a key that is indented too much', 'a:\n  b: 1\n    c: 2\n'],
    ['an item that is not indented enough', 'a:\n  - 1\n- 2\n'],
    ['a key in place of an item', 'a:\n  - 1\n  b: 2\n'],
    ['an item after a value', 'a: 1\n- b\n'],
    ['an invalid number', 'a: 0x_\n'],
    ['an invalid date', 'a: 2024-13-45\n'],
    ['an infinite number', 'a: -.Inf\n'],
    ['a number of very many digits', `a: ${'1'.repeat(5000)}\n`],
    ['what PyYAML takes for a merge key', 'a: <<\n'],
    ['an equals sign', 'a: =\n'],
    ['very deep nesting', `a:\n  ${'- '.repeat(60)}1\n`],
    ['a very large file', `a: 1\n${'# c\n'.repeat(300_000)}`],
    ['global twice', 'global:\n  a: 1\n"global":\n'],
    ['an owned key twice', 'global:\n  runid: a\n  "runid": b\n'],
    ['global as a list', 'global:\n  - a\n'],
    ['global as a list at the margin', 'global:\n- a\n'],
    ['global in braces', 'global: {runid: a}\n'],
    ['an empty global in braces', 'global: {}\n'],
    ['a global that is null', 'global: null\n'],
    ['global as text', 'global: a\n'],
    ['an owned key with a map', 'global:\n  runid:\n    a: 1\n'],
    ['an owned key with a list', 'global:\n  runid:\n  - a\n'],
    ['an owned key with a flow list', 'global:\n  runid: [a]\n'],
    ['an owned key with a block', 'global:\n  runid: |-\n    a\n'],
  ])('%s', (_, text) => {
    expect(readPlainLines(text)).toBeUndefined()
  })

  test('keys to add below a block at the end of global', () => {
    const text = 'global:\n  runid: x\n  a: |\n    b\n\n\nv: 1\n'
    expect(readPlainLines(text)).toBeDefined()
    expect(updatePlainLines(text, owned)).toBeUndefined()
    expect(updateText(text, owned)).toMatchObject({ kind: 'updated' })
  })

  test('invalid bytes, also where a replacement character would be fine', () => {
    const bytes = Buffer.from('a: caf\u00e9\n', 'latin1')
    expect(readContent(bytes)).toMatchObject({ kind: 'damaged' })
    expect(readContent(Buffer.from(bytes.toString()))).toMatchObject({ kind: 'values' })
  })

  test('a value that is read back in another way than it was written', () => {
    const modelName = 'a\x07b'
    const text = 'global:\n  modelName: x\n'
    expect(updatePlainLines(text, { ...owned, modelName })).toBeUndefined()
    expect(updateText(text, { ...owned, modelName })).toMatchObject({ kind: 'updated' })
  })
})

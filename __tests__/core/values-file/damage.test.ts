import { describe, expect, test } from '@jest/globals'
import { readContent } from '../../../src/core/values-file/file.ts'
import { acceptedElsewhere, conflict, damagedFiles, utf16 } from '../../fixtures/broken-files.ts'
import { describeFlaw } from '../../../src/core/values-file/flaw.ts'
import type { Update } from '../../../src/core/values-file/update.ts'
import { owned, updateText } from '../../fixtures/values-files.ts'
import { plainTexts } from '../../fixtures/plain-texts.ts'

function read(text: string | Uint8Array) {
  const content = readContent(Buffer.from(text))
  return content.kind === 'damaged' || content.kind === 'uneditable'
    ? { kind: content.kind, problem: describeFlaw(content) }
    : content
}

function flawOf(update: Update) {
  return update.kind === 'rejected' ? { kind: 'rejected', problem: describeFlaw(update) } : update
}

describe('a file is damaged', () => {
  test.each(damagedFiles)('%s: %j', (problem, file) => {
    expect(plainTexts(read(file))).toEqual({ kind: 'damaged', problem })
  })
})

describe('a file that npm yaml rejects and another reader accepts is left alone', () => {
  test.each(acceptedElsewhere)('on line %d: %j', (line, text) => {
    const problem = expect.stringMatching(`^line ${line}: `) as unknown
    expect(plainTexts(read(text))).toEqual({ kind: 'uneditable', problem })
    expect(plainTexts(flawOf(updateText(text, owned)))).toEqual({ kind: 'rejected', problem })
  })
})

describe('a file with another mistake is left alone', () => {
  test.each([
    ['a:\n\tb: 1\n', 'line 2: '],
    ['a: 1\n b: 2\n', 'line 1: '],
    ['a: {{ .Values.x }} y\n', 'line 1: '],
    ['a: "x\nb: "y"\n', 'line 1: '],
    ['a: [b, c}\nd: 1\n', 'line 1: '],
    ['<<<<<<< HEAD\na: 1\n', 'line 1: '],
    ['a: [b,# c\n', 'line 1: '],
    ['a: [?"b"\n', 'line 2: '],
    ['a: [b #\x85"c]\n', 'line 2: '],
    ['\uFEFF  a: 1\nb: [\n', 'line 3: '],
    ['  a: 1\n"b\n', 'line 2: '],
    ['---\n  a: 1\nb: [\n', 'line 3: '],
  ])('%j', (text, line) => {
    expect(plainTexts(read(text))).toEqual({
      kind: 'uneditable',
      problem: expect.stringMatching(`^${line}`) as unknown,
    })
  })
})

test('the text of a damaged file keeps its byte order mark', () => {
  const file = Buffer.from('\xef\xbb\xbfa: caf\xe9\n', 'latin1')
  expect(readContent(file)).toMatchObject({ kind: 'damaged', text: '\uFEFFa: caf\uFFFD\n' })
})

test.each(['['.repeat(4000), 'a: ' + '{a: '.repeat(4000), '- '.repeat(4000) + 'a'])(
  'a file that is nested too deeply is left alone (%#)',
  (text) => {
    const problem = 'it is nested too deeply'
    expect(plainTexts(read(text))).toEqual({ kind: 'uneditable', problem })
    expect(read(`# mlflow-sync: hold\n${text}`)).toMatchObject({ kind: 'held' })
  },
)

describe('a file with several documents is left alone, whatever its damage', () => {
  test.each([
    'a: 1\n---\nb: [\n',
    'a: 1\n...\nb: "\n',
    'a: [\n---\nb: 1\n',
    'a: 1\n---\nb: \0\n',
    '---\n...\na: [\n',
    '---\n---\na: \0\n',
    'a: 1\n...\n# \0\n',
    conflict('a: 1\n---\n', 'b: 1\n', 'b: 2\n', ''),
    Buffer.from('a: 1\n---\nb: caf\xe9\n', 'latin1'),
    Buffer.from('{a: 1}\nx\n# caf\xe9\n', 'latin1'),
  ])('%j', (file) => {
    const problem = expect.not.stringContaining('nested') as unknown
    expect(read(file)).toEqual({ kind: 'uneditable', problem })
  })

  test('a marker around a single one makes no difference', () => {
    expect(read('# c\n---\na: [\n...\n# d\n')).toMatchObject({ kind: 'damaged' })
  })
})

describe('a UTF-16 file', () => {
  test.each(['le', 'be'] as const)('is left alone, with advice (%s)', (order) => {
    expect(plainTexts(read(utf16('global: {}\n', order)))).toEqual({
      kind: 'uneditable',
      problem: 'line 1: it is UTF-16 text: save it as UTF-8',
    })
  })

  test.each(['le', 'be'] as const)('can be on hold (%s)', (order) => {
    const text = '# mlflow-sync: hold until Friday\nglobal: {modelVersion: "3"}\n'
    expect(read(utf16(text, order))).toMatchObject({ kind: 'held', owned: { modelVersion: '3' } })
  })
})

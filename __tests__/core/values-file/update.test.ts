import { describe, expect, test } from '@jest/globals'
import { readValues } from '../../../src/core/values-file/file.ts'
import type { OwnedValues } from '../../../src/core/values-file/owned.ts'
import { updateText } from '../../fixtures/values-files.ts'
import { plain } from '../../../src/core/text/prose.ts'
import { describeFlaw } from '../../../src/core/values-file/flaw.ts'
import { plainTexts } from '../../fixtures/plain-texts.ts'

const wanted: OwnedValues = {
  experimentId: '1',
  runid: 'abc',
  modelid: 'm-1',
  timestamp: 20240131,
  modelName: 'my_model',
  modelVersion: '2',
}

const source: Record<keyof OwnedValues, string> = {
  experimentId: '"1"',
  runid: 'abc',
  modelid: 'm-1',
  timestamp: '20240131',
  modelName: 'my_model',
  modelVersion: '"2"',
}

/** A file that is up to date except for the given sources. */
function file(sources: Partial<typeof source> = {}): string {
  return [
    'global:',
    ...Object.entries({ ...source, ...sources }).map((e) => `  ${e.join(': ')}`),
    '',
  ].join('\n')
}

function updatedText(text: string, owned: OwnedValues = wanted): string {
  const update = updateText(text, owned)
  if (update.kind !== 'updated') throw new Error(JSON.stringify(update))
  return update.text
}

describe('a file is up to date', () => {
  test.each([
    ['as the action writes it', {}, {}],
    ['with different quotes', { runid: "'abc'", modelid: '"m-1"', experimentId: "'1'" }, {}],
    ['with plain numbers', { experimentId: '1', modelVersion: '2' }, {}],
    ['with a six-digit number', { modelVersion: '999999' }, { modelVersion: '999999' }],
    ['with tagged numbers', { modelVersion: '!!int 2', timestamp: '!!int 20240131' }, {}],
    ['with a single-line folded block', { runid: '>-\n    abc' }, {}],
    ['with a value on the next line', { runid: '\n    abc' }, {}],
    ['with a two-line plain value', { modelName: 'my\n    model' }, { modelName: 'my model' }],
    ['with an escaped line break', { modelName: '"my_\\\n    model"' }, {}],
    ['with escapes', { modelName: '"\\x6dy_model"' }, {}],
    ['with anchors and tags', { runid: '&a abc', modelName: '!!str my_model' }, {}],
    ['with a string tag instead of quotes', { modelName: '!!str 1:30' }, { modelName: '1:30' }],
    ['with plain text that is safe', { modelName: 'x:y 1.10.0' }, { modelName: 'x:y 1.10.0' }],
    ['with a plain hex run id', { runid: '0b9f86d0' }, { runid: '0b9f86d0' }],
    ['with a break in a CRLF file', { modelName: '"my_\\\r\n    model"' }, {}],
    ['with a backslash', { modelName: "'a\\ud83e'" }, { modelName: 'a\\ud83e' }],
    ['with an empty modelid', { modelid: '""' }, { modelid: undefined }],
    ['with an absent modelid', { modelid: '' }, { modelid: undefined }],
    ['with a null modelid', { modelid: 'null' }, { modelid: undefined }],
    ['with ~ instead of an empty modelid', { modelid: '~' }, { modelid: '' }],
    [
      'with a replacement character for a lone surrogate',
      { modelName: '"a\ufffd"' },
      { modelName: 'a\ud800' },
    ],
  ])('%s', (_, sources, owned) => {
    expect(updateText(file(sources), { ...wanted, ...owned })).toEqual({ kind: 'unchanged' })
  })

  test('with aliases of equal values', () => {
    const text = `x: &x abc\ny: &y 2\nt: &t 20240131\n${file({ runid: '*x', modelVersion: '*y', timestamp: '*t' })}`
    expect(updateText(text, wanted)).toEqual({ kind: 'unchanged' })
  })

  test('without modelid if the version has no logged model', () => {
    for (const replacement of ['', '  ? modelid\n']) {
      const text = file().replace('  modelid: m-1\n', replacement)
      expect(updateText(text, { ...wanted, modelid: undefined })).toEqual({ kind: 'unchanged' })
    }
    const text = file().replace('  modelid: m-1\n', '')
    expect(updatedText(text)).toBe(`${text}  modelid: m-1\n`)
  })
})

describe('a value is replaced', () => {
  type Row = [string, Partial<typeof source>, Partial<OwnedValues>, Partial<typeof source>]
  test.each<Row>([
    ['in plain style', { runid: 'old' }, {}, { runid: 'abc' }],
    [
      'in double quotes where plain style is not safe',
      { modelName: 'old' },
      { modelName: 'on' },
      { modelName: '"on"' },
    ],
    ['in its single quotes', { modelVersion: "'1'" }, {}, { modelVersion: "'2'" }],
    ['in its double quotes', { runid: '"old"' }, {}, { runid: '"abc"' }],
    [
      'in single quotes with an escaped quote',
      { modelName: "'x'" },
      { modelName: "it's" },
      { modelName: "'it''s'" },
    ],
    [
      'in double quotes where single quotes are not safe',
      { modelName: "'x'" },
      { modelName: 'a\nb' },
      { modelName: '"a\\nb"' },
    ],
    [
      'with a quoted string where it was a plain number',
      { modelVersion: '1' },
      {},
      { modelVersion: '"2"' },
    ],
    [
      'because Helm would print 1e+06',
      { experimentId: '1000000' },
      { experimentId: '1000000' },
      { experimentId: '"1000000"' },
    ],
    [
      'because PyYAML reads 90',
      { modelName: '1:30' },
      { modelName: '1:30' },
      { modelName: '"1:30"' },
    ],
    [
      'because PyYAML rejects a tab',
      { modelName: 'a\tb' },
      { modelName: 'a\tb' },
      { modelName: '"a\\tb"' },
    ],
    [
      'because YAML 1.1 reads true',
      { modelName: 'on' },
      { modelName: 'on' },
      { modelName: '"on"' },
    ],
    [
      'because Helm reads 1000',
      { modelName: '1_000' },
      { modelName: '1_000' },
      { modelName: '"1_000"' },
    ],
    ['because it is a number', { modelName: '1e3' }, { modelName: '1e3' }, { modelName: '"1e3"' }],
    [
      'because it is octal',
      { modelVersion: '017' },
      { modelVersion: '017' },
      { modelVersion: '"017"' },
    ],
    [
      'because it is two escaped surrogates',
      { modelName: '"\\ud83e\\udd16"' },
      { modelName: '🤖' },
      { modelName: '"🤖"' },
    ],
    [
      'because PyYAML rejects a control character',
      { modelName: '"a\x07b"' },
      { modelName: 'a\x07b' },
      { modelName: '"a\\x07b"' },
    ],
    [
      'with an empty string where it was null',
      { modelName: 'null' },
      { modelName: '' },
      { modelName: '""' },
    ],
    ['with the first logged model', { modelid: '' }, {}, { modelid: 'm-1' }],
    [
      'as an integer where it was quoted',
      { timestamp: '"20240131"' },
      {},
      { timestamp: '20240131' },
    ],
    [
      'as an integer where it was a float',
      { timestamp: '20240131.0' },
      {},
      { timestamp: '20240131' },
    ],
    ['after an anchor', { runid: '&a old' }, {}, { runid: '&a abc' }],
    ['after a tag', { runid: '!!str old' }, {}, { runid: '!!str abc' }],
    ['after an anchor without a value', { runid: '&a' }, {}, { runid: '&a abc' }],
    ['before a comment', { runid: 'old # why' }, {}, { runid: 'abc # why' }],
    ['where it was empty', { runid: '' }, {}, { runid: 'abc' }],
    ['where it was null', { runid: 'null # c' }, {}, { runid: 'abc # c' }],
    ['on its own line', { runid: '\n    # c\n    old' }, {}, { runid: '\n    # c\n    abc' }],
    ['where it was an empty block', { runid: '|- # c' }, {}, { runid: 'abc # c' }],
    ['where it was a literal block', { runid: '|\n    a\n\n    b\n' }, {}, { runid: 'abc\n' }],
    [
      'where it was a block with a comment',
      { runid: '&a >2+ # c\n    a\n' },
      {},
      { runid: '&a abc # c\n' },
    ],
    ['where it was a multi-line quoted string', { runid: '"a\n\n    b"' }, {}, { runid: '"abc"' }],
    ['where it was multi-line plain text', { runid: 'a\n    b # c' }, {}, { runid: 'abc # c' }],
    [
      'with an empty string if there is no logged model any more',
      { modelid: 'm-9' },
      { modelid: undefined },
      { modelid: '""' },
    ],
    [
      'with an empty string in the same quotes',
      { modelid: "'m-9'" },
      { modelid: undefined },
      { modelid: "''" },
    ],
    ['where it was an alias without an anchor', { runid: '*nowhere' }, {}, { runid: 'abc' }],
  ])('%s', (_, before, owned, after) => {
    expect(updatedText(file(before), { ...wanted, ...owned })).toBe(file(after))
    const crlf = updatedText(file(before).replaceAll('\n', '\r\n'), { ...wanted, ...owned })
    expect(crlf).toBe(updatedText(file(before), { ...wanted, ...owned }).replaceAll('\n', '\r\n'))
  })

  test('after the colon of an empty value', () => {
    const rest = file()
      .replace(/^global:\n/, '')
      .replace(/.*runid.*\n/, '')
    const before = `global:\n${rest}`
    expect(updatedText(`${before}  runid:  \n`)).toBe(`${before}  runid:  abc\n`)
    expect(updatedText(`${before}  runid:`)).toBe(`${before}  runid: abc`)
    expect(updatedText(`${before}  runid:\r\n`)).toBe(`${before}  runid: abc\r\n`)
    expect(updatedText(`${before}  runid:   # c`)).toBe(`${before}  runid: abc   # c`)
    expect(updatedText(`${before}  runid: |-\n    old`)).toBe(`${before}  runid: abc`)
    expect(updatedText(`${before}  runid: |- # c\n    old`)).toBe(`${before}  runid: abc # c`)
    expect(updatedText(`${before}  runid:  `)).toBe(`${before}  runid:  abc`)
    expect(updatedText(`${before}  ? runid\n  :\n`)).toBe(`${before}  ? runid\n  : abc\n`)
  })

  test('in flow maps', () => {
    const rest = 'experimentId: "1", modelid: m-1, timestamp: 20240131, modelName: my_model'
    expect(updatedText(`global: {${rest}, runid: , modelVersion: '1'} # c\n`)).toBe(
      `global: {${rest}, runid: abc , modelVersion: '2'} # c\n`,
    )
    expect(updatedText(`{"global":{${rest},"runid":"x","modelVersion":1}}`)).toBe(
      `{"global":{${rest},"runid":"abc","modelVersion":"2"}}`,
    )
  })

  test('where it was an alias, leaving the anchor unchanged', () => {
    expect(updatedText(`x: &x old\n${file({ runid: '*x # c' })}`)).toBe(
      `x: &x old\n${file({ runid: 'abc # c' })}`,
    )
  })

  test('where it was an alias of an owned value that changes', () => {
    const text = file({ experimentId: '&e "2"', modelVersion: '*e' })
    expect(updateText(text, wanted)).toEqual({
      kind: 'updated',
      text: file({ experimentId: '&e "1"', modelVersion: '"2"' }),
    })
  })

  test('without changing the byte order mark, directives, markers or anything else', () => {
    const text = (runid: string) =>
      `\uFEFF# c\r\n%YAML 1.1\r\n---  # d\r\na: &a {x: [1,2 ]}\r\n${file({ runid }).replaceAll('\n', '\r\n')}\r\n\r\n"b" :   on\r\nc: *a\r\nd: >\r\n  runid: old\r\n\r\n...\r\n# end`
    expect(updatedText(text('old'))).toBe(text('abc'))
  })
})

test('byte order marks in comments make no difference', () => {
  for (const comments of ['# a\uFEFF b\n#y\uFEFFz\n', '\uFEFF  # c\n']) {
    expect(updatedText(comments + file({ runid: 'old' }))).toBe(comments + file())
  }
})

describe('plain text', () => {
  const numbers = '-1 +1 .5 .55 -.5 1. 1.5 1.55 1_0.5_5 1e5 1e55 1e+5 1e-55 1.5e3 +.55e1 07'
  const otherBases = '0b 0b1 0b11 -0b1 0o 0o1 0o17 +0x1 0x 0xff 0__x1'
  const sexagesimal = '1:30 1:30:15 -1:30 10_0:30 1:30.5 1:30.55'
  const special = '.inf -.inf +.NaN y N yes No on off TRUE false NULL ~ = <<'
  const dates = '2024-01-02 2024-1-2 2024-01-02T00:00 2024-01-02t1 2024-01-02T'

  test.each([numbers, otherBases, sexagesimal, special, dates].join(' ').split(' '))(
    'is quoted because some reader sees something else in it: %s',
    (modelName) => {
      expect(updatedText(file({ modelName }), { ...wanted, modelName })).toBe(
        file({ modelName: `"${modelName}"` }),
      )
    },
  )

  const words = 'ye my yesno offs a.5 5a a1 1a x.inf .info .infinite 1e 1e5x 1ex5 1.x .x 1.5.x'
  const almostOtherBases = 'x0b1 10b1 0b2 0bx 0o8 0xg -0bx'
  const almostTimes = '1:30a a1:30 1x:30 1:30.x'
  const almostDates = '2024-01-02x a2024-01-02 24-01-02 2024-001-02 2024-01-002 20240-1-1'

  test.each([words, almostOtherBases, almostTimes, almostDates].join(' ').split(' '))(
    'stays plain if all readers see a string: %s',
    (modelName) => {
      const update = updateText(file({ modelName }), { ...wanted, modelName })
      expect(update).toEqual({ kind: 'unchanged' })
    },
  )
})

describe('a hostile value', () => {
  test.each([
    'a"b\'c',
    'x # y',
    'x: y',
    'a\nglobal: {}',
    'a\r\n---\r\nb',
    '{{ .Values.x }}',
    '${run.id}',
    '*x',
    '&x y',
    '!!binary x',
    '\u2028runid: y',
    '\x85\x00\x1b[31m',
    '\ud800',
    '\ufeff',
    '"',
    '\\',
    '- a',
    '|',
    ']}',
  ])('is plain text: %j', (modelName) => {
    for (const style of ['old', "'old'", '"old"', '', '|\n    old\n']) {
      const before = file({ modelName: style })
      const after = readValues(updatedText(before, { ...wanted, modelName }))
      expect(after).toMatchObject({
        owned: { ...wanted, timestamp: '20240131', modelName: modelName.toWellFormed() },
      })
    }
    const flow = readValues(updatedText('{global: {a: 1}}', { ...wanted, modelName }))
    expect(flow).toMatchObject({ owned: { modelName: modelName.toWellFormed() } })
  })
})

describe('an update is rejected', () => {
  test.each([
    ['a: [', 'line 1: the `[` is never closed'],
    ['global: []\n', 'line 1: `global` is a list'],
    ['a: 1\n---\nb: 1\n', 'several YAML documents'],
    ['global:\n  runid: [a]\n', 'line 2: `global.runid` is a map or a list'],
    [file({ runid: '!!int 3' }), '`global.runid` has the tag'],
    [file({ timestamp: '!!str 20240131' }), '`global.timestamp` has the tag'],
    [file({ runid: '!secret x' }), '`global.runid` has the tag `!secret`'],
    [file({ runid: '!secret abc' }), '`global.runid` has the tag `!secret`'],
    ['global:\n  ? runid\n', '`global.runid` has no colon'],
    ['{global}', '`global` has no colon'],
    ['? global\n', '`global` has no colon'],
    ['# c\nglobal: !!null\n', 'line 2: `global` has the tag'],
    ['global:\n  a: |\n    b', 'the file ends within a block of text'],
    ['global:\n  a: |+\n    b', 'the file ends within a block of text'],
    ['global:\n  a: 1 # x\rb: 2\n', 'line 2: it contains the character `U+000D`'],
    ['# x\u2028global: {}\n', 'line 1: it contains the character `U+2028`'],
    ['# x\n\uFEFFa: 1\n', 'line 2: it contains the character `U+FEFF`'],
    ['\uFEFF  a: 1\n', 'line 1: it contains the character `U+FEFF`'],
  ])('for %j', (text, problem) => {
    const update = updateText(text, wanted)
    expect(update.kind === 'rejected' && plain(describeFlaw(update))).toContain(problem)
  })

  test.each([NaN, Infinity, 1.5, -1, 1e21])('for the timestamp %d', (timestamp) => {
    expect(plainTexts(updateText(file(), { ...wanted, timestamp }))).toEqual({
      kind: 'rejected',
      problem: `the timestamp ${timestamp} is not a date`,
      line: undefined,
    })
  })
})

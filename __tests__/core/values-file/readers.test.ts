import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { fc } from '../../../testing/fast-check.ts'
import { hasHelm, readAllWithHelm } from '../../../testing/helm.ts'
import { readValues } from '../../../src/core/values-file/file.ts'
import { findOutdatedKeys } from '../../../src/core/values-file/interpret.ts'
import { formatString, formatStringAs } from '../../../src/core/values-file/quote.ts'
import { readWithPyYaml } from '../../../testing/readers/yaml.ts'
import { anyCharacter, document, owned, updateText } from '../../fixtures/values-files.ts'

const nastyStrings = [
  ...['', ' ', 'a', ' a', 'a ', '~', 'null', 'Null', 'y', 'N', 'yes', 'No', 'ON', 'off', 'TRUE'],
  ...['1', '0', '-0', '+1', '017', '089', '0o17', '0O17', '0x1F', '0X1F', '0b11', '1_000', '1_'],
  ...['.5', '1.', '1.0', '1e3', '1E3', '12e03', '0e0', '1234567e10', '1e400', '.inf', '-.Inf'],
  ...['+_0', '-_1', '+_.8', '-_80', '0b+1', '0b-0'],
  ...['.nan', 'nan', 'inf', '1:30', '12:30:45', '60:00', '2024-01-01', '2024-01-01T00:00:00Z'],
  ...[
    '20240101',
    '=',
    '<<',
    '!',
    '!tag',
    '!!str x',
    '&a',
    '&a x',
    '*a',
    '|',
    '>',
    '|-',
    '@x',
    '`x`',
  ],
  ...['%x', '?', '? a', ':', ': a', 'a:', 'a: b', 'a:b', '-', '- a', '--', '---', '...', '#', '#a'],
  ...[
    'a #b',
    'a#b',
    '[',
    ']',
    '{',
    '}',
    '[a]',
    '{a: b}',
    '{{ .Values.x }}',
    '${{ x }}',
    '${x}',
    ',',
  ],
  ...['a,b', '"', '"a"', "'", "'a'", "it's", '\\', '\\n', '\\u0041', 'a\\', 'a\tb', '\t', 'a\t'],
  ...['\n', 'a\n', '\na', 'a\nb', 'a\n\n b', 'a\rb', 'a\r\nb', '\0', '\x01', '\x1b[31m', '\x7f'],
  ...['\x80', '\x85', '\x9f', '\xa0', '\xad', '\u200b', '\u2028', '\u2029', '\u202e', '\ufeff'],
  ...['\ufeffa', '\ufffd', '\ufffe', '\uffff', 'é', '日本', '🤖', '\u{1fffe}', '\u{10ffff}'],
  ...['x'.repeat(2000), 'a b '.repeat(500), '::error::x', '</script>', '1.10.0', 'v1', 'None'],
]

/** Besides npm yaml. */
const otherReaders = [
  ['PyYAML', readWithPyYaml],
  ...(hasHelm ? ([['Helm', readAllWithHelm]] as const) : []),
] as const

describe('a string', () => {
  const words = fc.sample(fc.string({ unit: anyCharacter, maxLength: 12 }), {
    numRuns: 300,
    seed: 7,
  })
  const hex = fc.sample(fc.stringMatching(/^[0-9]{1,30}e?[0-9a-f]{1,4}$/), {
    numRuns: 100,
    seed: 7,
  })
  const strings = [...nastyStrings, ...words.map((word) => word.toWellFormed()), ...hex]

  test('reads back unchanged in npm yaml and PyYAML, in every style and context', () => {
    const sources = strings.flatMap((text) => [
      { text, source: formatString(text) },
      { text, source: formatStringAs(text, 'single') },
      { text, source: formatStringAs(text, 'double') },
    ])
    const block = sources.map(({ source }) => `a: ${source} # c\nb: 1\n`)
    const flow = sources.map(({ source }) => `{a: ${source}, b: 1}`)
    const expected = sources.map(({ text }) => ({ value: { a: text, b: 1 } }))
    expect(block.map((text) => ({ value: parse(text) as unknown }))).toEqual(expected)
    expect(flow.map((text) => ({ value: parse(text) as unknown }))).toEqual(expected)
    expect(readWithPyYaml(block)).toEqual(expected)
    expect(readWithPyYaml(flow)).toEqual(expected)
  })

  test.each(otherReaders)(
    'in a file counts as equal only if %s reads the same string',
    (_, read) => {
      const sources = strings
        // PyYAML rejects tabs around a plain value and unusual comments, whatever the value is.
        .flatMap((text) => [...(/[\t#]/.test(text) ? [] : [text]), `"${text}"`, `'${text}'`])
        .map((source) => `global:\n  modelName: ${source}\n`)
      const results = read(sources)
      const equal = sources.filter((text, index) => {
        const file = readValues(text)
        if (file.kind !== 'values' || file.owned.modelName === undefined) return false
        const modelName = file.owned.modelName
        if (findOutdatedKeys(file.interpretations, { ...owned, modelName }).includes('modelName'))
          return false
        const isNumber = /^\d{1,6}$/.test(modelName)
        expect([text, results[index]]).toEqual([
          text,
          { value: { global: { modelName: isNumber ? expect.anything() : modelName } } },
        ])
        return true
      })
      expect(equal.length).toBeGreaterThan(strings.length / 4)
    },
  )
})

test('PyYAML reads an updated file as the old one with the new values', () => {
  const files = fc.sample(document, { numRuns: 400, seed: 11 })
  const updates = files.flatMap(({ text }) => {
    const update = updateText(text, owned)
    return update.kind === 'updated' ? [{ before: text, after: update.text }] : []
  })
  expect(updates.length).toBeGreaterThan(300)
  const before = readWithPyYaml(updates.map((update) => update.before))
  const after = readWithPyYaml(updates.map((update) => update.after))
  const withOwned = (value: unknown): unknown => {
    const root = (value ?? {}) as { global?: object }
    return { ...root, global: { ...root.global, ...owned } }
  }
  expect(after).toEqual(before.map(({ value }) => ({ value: withOwned(value) })))
})

describe('a file of any structure is read as before with the new values', () => {
  const base = 'b: &b {runid: x, modelid: y, extra: 1}\n'
  const structures = [
    `${base}global:\n  <<: *b\n  modelName: old\n`,
    `${base}c: &c {<<: *b}\nglobal:\n  modelName: old\n  <<: [{a: 1}, *c]\n`,
    `${base}global: {<<: *b}\n`,
    `${base}global:\n  "<<": *b\n`,
    'g: &g {global: {runid: x}}\n<<: *g\nglobal: {runid: y}\n',
    'global:\n  "runid": x\n  \'modelName\': y\n  "model\\x69d": z\n',
    'global:\n  !!str runid: x\n  &k modelName: y\nz: *k\n',
    '? global\n: ? runid\n  : x\n  ? modelName\n  : y\nz: 1\n',
    'global: {\n  runid: x, # c\n  modelName:\n    y,\n  "modelid":"q"\n  }\nz: 1\n',
    '{"global":{"runid":"x","modelName":null,"modelVersion":1}}\n',
    'global: {"runid":, "modelName": , a: {b: [c]}}\n',
    '{z: 1,}\n',
    'r: &r x\nglobal: {runid: *r , modelName: *r}\n',
    'r: &r x\nglobal:\n  runid: *r\n  a: &a [*r]\nz: *a\n',
    'a: 1\na: 2\nglobal:\n  runid: x\n  b: {c: 1, c: 2}\n',
    'global:\n  runid: |\n    x\n  modelName: >-\n    y\n    z\n\n  modelid: "p\n    q"\n  a: b\n   c # d\n',
    'global:\n  a:\n  - b\n  - c: |+\n      d\n\n\nz: 1\n',
    'global:\n  a:\n    - &x\n  # c\nz: *x\n',
    'global:\n  # a\n    # b\nz: 1\n',
    'global: ~ # c\n  # d\nz: 1\n',
    'global: !!map\n  timestamp: !!int 3\n  runid: !!str x\nz: 1\n',
    '    global:\n      runid: x\n    z: 1\n',
    '\uFEFF# a\n\n# b\nz: 1\n...\n# c\n',
    '--- # a\n# b\nz: 1\n',
    '--- {z: 1}\n',
    '{\n  # a\n  z: 1\n}\n',
    'global :\n runid : x\n a:b: 1\nz:\n a: 1\n',
    'global: {a: {b: c}}',
    'global: {? a}\n',
    'global: {a: http://x}\n',
    'z: 1\nglobal:',
  ]
  const updates = structures.map((before) => {
    const update = updateText(before, owned)
    return { before, after: update.kind === 'updated' ? update.text : '' }
  })
  const expected = (read: { value?: unknown }) => {
    const { global, ...root } = read.value as { global?: object | null }
    return { value: { ...root, global: { ...global, ...owned } } }
  }

  test.each(otherReaders)('by %s', (_, read) => {
    const before = read(updates.map((update) => update.before))
    const after = read(updates.map((update) => update.after))
    const rows = updates.map((update, index) => ({ ...update, read: after[index] }))
    expect(rows).toEqual(
      updates.map((update, index) => ({ ...update, read: expected(before[index] ?? {}) })),
    )
  })
})

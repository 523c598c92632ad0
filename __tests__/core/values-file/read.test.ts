import { describe, expect, test } from '@jest/globals'
import { readValues } from '../../../src/core/values-file/file.ts'
import { plainTexts } from '../../fixtures/plain-texts.ts'

describe('a file that can be edited', () => {
  test.each([
    ['an empty file', ''],
    ['a byte order mark', '\uFEFF'],
    ['comments', '# a\n\n# b\n'],
    ['an empty document', '---\n...\n'],
    ['no global', 'vllm: {}\n'],
    ['an empty global', 'global:\nvllm: 1\n'],
    ['a null global', 'global: null\n'],
    ['a global of ~', 'global: ~ # none\n'],
    ['a global without entries', 'global: {}\n'],
    ['owned keys that are null', 'global:\n  runid:\n  modelVersion: ~\n  modelid: null\n'],
    ['owned keys elsewhere', 'runid: a\nvllm:\n  global:\n    runid: b\n'],
    ['owned keys only through a merge key', 'x: &x {runid: a}\nglobal:\n  <<: *x\n'],
    ['an owned key with a blank before its colon', 'global: {runid :, a: 1}\n'],
    ['a quoted owned key before a comma', 'global: {"runid":, a: 1}\n'],
    ['a merge key without global', 'x: &x {a: 1}\n<<: *x\n'],
    ['a map that is merged into itself', 'x: &x\n  <<: *x\nglobal: {<<: *x}\n'],
    ['a duplicate key outside of global', 'a: 1\na: 2\n'],
  ])('has no owned values: %s', (_, text) => {
    expect(readValues(text)).toMatchObject({ kind: 'values', owned: {} })
    expect(readValues(text)).toHaveProperty('owned', {})
  })

  test.each([
    ['a plain scalar', 'abc', 'abc'],
    ['single quotes', "'it''s'", "it's"],
    ['double quotes', '"a\\tb"', 'a\tb'],
    ['a number', '017', '017'],
    ['a float', '1.0', '1.0'],
    ['a YAML 1.1 boolean', 'on', 'on'],
    ['a literal block', '|-\n    abc', 'abc'],
    ['a multi-line scalar', 'a\n    b', 'a b'],
    ['an anchor', '&a abc', 'abc'],
    ['an alias', '*x', 'first'],
    ['an alias of nothing', '*nowhere', ''],
    ['a tag', '!!str 1', '1'],
    ['an empty string', '""', ''],
  ])('yields the text of %s', (_, source, text) => {
    const values = readValues(`x: &x first\n"global":\n  ? 'runid'\n  : ${source}\n`)
    expect(values).toMatchObject({ kind: 'values', owned: { runid: text } })
  })

  test.each([
    'b: &b {runid: x}\nglobal: {<<: *b, runid: a}\n',
    'b: &b {other: x}\nglobal: {runid: a, <<: *b}\n',
    'b: &b {runid: x}\nglobal: {runid: a, "<<": *b}\n',
    'b: &b {runid: x}\nglobal: {runid: a, !!str <<: *b}\n',
    'b: &b {other: x}\nglobal: {runid: a, other: y, <<: *b}\n',
    'b: &b {global: {runid: x}}\n<<: *b\nglobal: {runid: a}\n',
    'b: &b {runid: x}\n<<: *b\nglobal: {runid: a}\n',
  ])('yields an owned value that no merge key overrides: %j', (text) => {
    expect(readValues(text)).toMatchObject({ kind: 'values', owned: { runid: 'a' } })
  })

  test('yields every owned value, in a flow map too', () => {
    const text =
      '{"global": {"experimentId": "1", runid: a, modelid: m, timestamp: 2, modelName: n, modelVersion: 3, x: y}}'
    expect(readValues(text)).toHaveProperty('owned', {
      experimentId: '1',
      runid: 'a',
      modelid: 'm',
      timestamp: '2',
      modelName: 'n',
      modelVersion: '3',
    })
  })
})

describe('a file whose structure cannot be edited', () => {
  test.each([
    ['- a\n', 'the document is a list'],
    ['text\n', 'the document is a single value'],
    ['null\n', 'the document is a single value'],
    ['global: [a]\n', '`global` is a list'],
    ['global: text\n', '`global` is a single value'],
    ['global: ""\n', '`global` is a single value'],
    ['""\n', 'the document is a single value'],
    ['x: &x {}\nglobal: *x\n', '`global` is an alias'],
    ['a: 1\n---\nb: 1\n', 'several YAML documents'],
    ['a: 1\n---\n', 'several YAML documents'],
    ['{global:, v: 1}\n', 'YAML readers disagree on the key `global`'],
    ['global: {runid:}\n', 'in `global`, YAML readers disagree on the key `runid`'],
    ['global: {}\nglobal: {}\n', 'duplicate key `global`'],
    ['global: {}\n"global":\n', 'duplicate key `global`'],
    ['global:\n  runid: a\n  runid: a\n', 'in `global`, duplicate key `runid`'],
    ['x: &x runid\nglobal:\n  *x : a\n', 'the key `runid` is written as an alias'],
    ['b: &b {global: {}}\n<<: *b\n', '`global` comes from a merge key'],
    [
      'b: &b {global: {}}\nglobal: {}\n<<: *b\n',
      'the merge key (`<<`) below `global` provides it too',
    ],
    [
      'b: &b {runid: x}\nglobal:\n  runid: a\n  <<: *b\n',
      'in `global`, the merge key (`<<`) below `runid`',
    ],
    ['b: &b {runid: x}\nglobal: {runid: a, <<: [{}, *b]}\n', 'the merge key (`<<`) below `runid`'],
    ['b: &b {runid: x}\nc: &c {<<: *b}\nglobal: {runid: a, <<: *c}\n', '(`<<`) below `runid`'],
    ['global:\n  runid: a\n  <<: {runid: b}\n', '(`<<`) below `runid`'],
    ['global:\n  runid: a\n  !!merge <<: {runid: b}\n', '(`<<`) below `runid`'],
    ['global:\n  runid: [a]\n', '`global.runid` is a map or a list'],
    ['global:\n  modelName: {a: b}\n', '`global.modelName` is a map or a list'],
    ['x: &x [a]\nglobal:\n  modelid: *x\n', '`global.modelid` is a map or a list'],
  ])('is %j', (text, problem) => {
    expect(plainTexts(readValues(text))).toMatchObject({
      kind: 'uneditable',
      problem: expect.stringContaining(problem) as unknown,
    })
  })

  test.each([
    ['# c\n- a\n', 2],
    ['a: 1\nglobal: [a]\n', 2],
    ['global:\n  runid: a\n  runid: b\n', 3],
    ['b: &b {runid: x}\nglobal:\n  runid: a\n  <<: *b\n', 3],
    ['global:\n\n  modelName: {a: b}\n', 3],
    ['a: 1\n---\nb: 1\n', undefined],
  ])('has the line of the problem: %j', (text, line) => {
    expect(readValues(text)).toMatchObject({ kind: 'uneditable', line })
  })
})

test('accepts closing brackets in column 0', () => {
  const text = 'global:\n  runid: abc\nresources: {\n  a: 1\n}\nlist: [\n  1,\n]\n'
  expect(readValues(text)).toMatchObject({ kind: 'values', owned: { runid: 'abc' } })
})

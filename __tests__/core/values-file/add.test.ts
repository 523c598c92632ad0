import { describe, expect, test } from '@jest/globals'
import type { OwnedValues } from '../../../src/core/values-file/owned.ts'
import { updateText } from '../../fixtures/values-files.ts'

const wanted: OwnedValues = {
  experimentId: '1',
  runid: 'abc',
  modelid: undefined,
  timestamp: 20240131,
  modelName: 'a: b',
  modelVersion: '2',
}

const entries = ['experimentId: "1"', 'runid: abc', 'timestamp: 20240131', 'modelName: "a: b"']
const all = [...entries, 'modelVersion: "2"']
const block = (lines: readonly string[], indent = '  ') =>
  lines.map((line) => `${indent}${line}\n`).join('')
const flow = all.join(', ')
/** All owned keys but the last: an update of it adds one line. */
const most = block(entries)
const last = '  modelVersion: "2"\n'

const expectUpdate = (before: string, after: string) => {
  const owned = updateText(before, wanted)
  expect(owned).toMatchObject({ kind: 'updated', text: after })
  const crlf = updateText(before.replaceAll('\n', '\r\n'), wanted)
  if (before.includes('\n')) expect(crlf).toMatchObject({ text: after.replaceAll('\n', '\r\n') })
}

describe('a missing key goes behind the last entry of global', () => {
  test.each([
    ['at the end of the file', `global:\n${most}`, `global:\n${most}${last}`],
    ['in front of the next key', `global:\n${most}vllm: 1\n`, `global:\n${most}${last}vllm: 1\n`],
    [
      'and blank lines follow',
      `global:\n${most}\n\nvllm: 1\n`,
      `global:\n${most}${last}\n\nvllm: 1\n`,
    ],
    [
      'without a line break at the end',
      `global:\n${most}`.trimEnd(),
      `global:\n${most}${last}`.trimEnd(),
    ],
    [
      'behind its comment',
      `global:\n${most}  x: 1 # c\n\n  # d\nv: 1`,
      `global:\n${most}  x: 1 # c\n${last}\n  # d\nv: 1`,
    ],
    [
      'behind a comment at the very end',
      `global:\n${most}  x: 1 # c`,
      `global:\n${most}  x: 1 # c\n${last.trimEnd()}`,
    ],
    [
      'behind a nested map and what is commented out in it',
      `global:\n${most}  x:\n    y:\n      z: 1\n      # w: 1\n\n    # v: 1\n  # u: 1\nv: 1\n`,
      `global:\n${most}  x:\n    y:\n      z: 1\n      # w: 1\n\n    # v: 1\n${last}  # u: 1\nv: 1\n`,
    ],
    [
      'behind a list that is not indented',
      `global:\n${most}  x:\n  - 1\n  - y: 2\nv: 1\n`,
      `global:\n${most}  x:\n  - 1\n  - y: 2\n${last}v: 1\n`,
    ],
    [
      'behind a literal block',
      `global:\n${most}  x: |\n    y\n\n\nv: 1\n`,
      `global:\n${most}  x: |\n    y\n${last}\n\nv: 1\n`,
    ],
    [
      'behind a folded block',
      `global:\n${most}  x: >-  # c\n    y\n\nv: 1\n`,
      `global:\n${most}  x: >-  # c\n    y\n${last}\nv: 1\n`,
    ],
    [
      'behind a block that keeps its blank lines',
      `global:\n${most}  x: |+\n    y\n\n\nv: 1\n`,
      `global:\n${most}  x: |+\n    y\n\n\n${last}v: 1\n`,
    ],
    [
      'behind a block without text',
      `global:\n${most}  x: |\n\nv: 1\n`,
      `global:\n${most}  x: |\n${last}\nv: 1\n`,
    ],
    [
      'behind a block with blanks in its last line',
      `global:\n${most}  x: |\n    y\n      \n\nv: 1\n`,
      `global:\n${most}  x: |\n    y\n      \n${last}\nv: 1\n`,
    ],
    [
      'behind a stripped block at the very end',
      `global:\n${most}  x: |-\n    y`,
      `global:\n${most}  x: |-\n    y\n${last.trimEnd()}`,
    ],
    [
      'behind a flow map over several lines',
      `global:\n${most}  x: {\n    y: 1\n  } # c\nv: 1\n`,
      `global:\n${most}  x: {\n    y: 1\n  } # c\n${last}v: 1\n`,
    ],
    [
      'behind quotes over several lines',
      `global:\n${most}  x: "a\n    b"\nv: 1\n`,
      `global:\n${most}  x: "a\n    b"\n${last}v: 1\n`,
    ],
    [
      'behind an empty value',
      `global:\n${most}  x: # c\nv: 1\n`,
      `global:\n${most}  x: # c\n${last}v: 1\n`,
    ],
    [
      'behind an alias',
      `a: &a 1\nglobal:\n${most}  x: *a\n`,
      `a: &a 1\nglobal:\n${most}  x: *a\n${last}`,
    ],
    [
      'behind a merge key',
      `a: &a {}\nglobal:\n${most}  <<: *a\n`,
      `a: &a {}\nglobal:\n${most}  <<: *a\n${last}`,
    ],
    [
      'behind an explicit key',
      `global:\n${most}  ? x\n  : y\n`,
      `global:\n${most}  ? x\n  : y\n${last}`,
    ],
    ['in front of the end marker', `global:\n${most}...\n`, `global:\n${most}${last}...\n`],
    [
      'with its own indentation',
      `global:\n${block(entries, '     ')}v:\n  a: 1\n`,
      `global:\n${block(all, '     ')}v:\n  a: 1\n`,
    ],
    [
      'in an indented document',
      `  global:\n${block(entries, '    ')}  v: 1\n`,
      `  global:\n${block(all, '    ')}  v: 1\n`,
    ],
    [
      'of an explicit key',
      `? global\n: experimentId: "1"\n${block(entries.slice(1))}`,
      `? global\n: experimentId: "1"\n${block(all.slice(1))}`,
    ],
  ])('%s', (_, before, after) => {
    expectUpdate(before, after)
  })

  test('several go there in a fixed order, and changed values stay where they are', () => {
    expectUpdate(
      'global:\n  modelName: old\n  x: 1\nv: 1\n',
      'global:\n  modelName: "a: b"\n  x: 1\n  experimentId: "1"\n  runid: abc\n  timestamp: 20240131\n  modelVersion: "2"\nv: 1\n',
    )
  })

  test('behind an owned block at the very end that becomes one line', () => {
    expectUpdate(
      `global:\n${most}`.replace('"a: b"\n', '|\n    old'),
      `global:\n${most}${last}`.trimEnd(),
    )
  })

  test('in a file with mixed line breaks it takes those of the line above', () => {
    const update = updateText(`v: 1\nglobal:\n${most.replaceAll('\n', '\r\n')}w: 1\n`, wanted)
    expect(update).toMatchObject({
      text: `v: 1\nglobal:\n${most.replaceAll('\n', '\r\n')}${last.trimEnd()}\r\nw: 1\n`,
    })
  })
})

describe('a missing key goes between the braces of a flow map', () => {
  test.each([
    ['{}', `{${flow}}`],
    ['{ }', `{ ${flow} }`],
    ['{a: 1}', `{a: 1, ${flow}}`],
    ['{ a: 1 } # c', `{ a: 1, ${flow} } # c`],
    ['{a: 1, }', `{a: 1, ${flow}, }`],
    ['{a: {b: [1]}}', `{a: {b: [1]}, ${flow}}`],
    ['{a: }', `{a: , ${flow} }`],
    ['{"a":"b"}', `{"a":"b", ${flow}}`],
    ['{\n    a: 1,\n    b: 2 # c\n  }', `{\n    a: 1,\n    b: 2, ${flow} # c\n  }`],
    ['{\n    a: 1, # c\n  }', `{\n    a: 1, ${flow}, # c\n  }`],
    ['{ # c\n  }', `{ ${flow} # c\n  }`],
  ])('%j', (before, after) => {
    expectUpdate(`global: ${before}\nv: 1\n`, `global: ${after}\nv: 1\n`)
  })
})

describe('a global without entries gets them', () => {
  test.each([
    ['below it', 'global:\nv: 1\n', `global:\n${block(all)}v: 1\n`],
    ['below its comment', 'global: # c\n\n# d\nv: 1\n', `global: # c\n${block(all)}\n# d\nv: 1\n`],
    ['at the very end', 'v: 1\nglobal:', `v: 1\nglobal:\n${block(all)}`.trimEnd()],
    ['in place of null', 'global: null # c\nv: 1\n', `global: # c\n${block(all)}v: 1\n`],
    ['in place of ~', 'global:   ~\nv: 1\n', `global:\n${block(all)}v: 1\n`],
    ['behind its anchor', 'global: &g\nv: *g\n', `global: &g\n${block(all)}v: *g\n`],
    [
      'at the file’s own step',
      'v:\n    a: 1\nglobal:\n',
      `v:\n    a: 1\nglobal:\n${block(all, '    ')}`,
    ],
    ['in a flow map', '{global: , v: 1}', `{global: {${flow}}, v: 1}`],
    ['in a flow map, in place of null', '{global: null}', `{global: {${flow}}}`],
  ])('%s', (_, before, after) => {
    expectUpdate(before, after)
  })
})

describe('a missing global becomes the first key', () => {
  const whole = `global:\n${block(all)}`
  test.each([
    ['of a map', 'v: 1\n', `${whole}v: 1\n`],
    ['behind the header', '# h\n\n# i\nv: 1', `# h\n\n# i\n${whole}v: 1`],
    ['behind markers', '%YAML 1.2\n---\n# h\nv: 1\n', `%YAML 1.2\n---\n# h\n${whole}v: 1\n`],
    ['behind a byte order mark', '\uFEFFv: 1\n', `\uFEFF${whole}v: 1\n`],
    ['in front of an anchored key', '&k v: 1\n', `${whole}&k v: 1\n`],
    ['in front of an explicit key', '? v\n: 1\n', `${whole}? v\n: 1\n`],
    ['at the file’s own step', 'v:\n   a: 1\n', `global:\n${block(all, '   ')}v:\n   a: 1\n`],
    ['of an indented map', '  v: 1\n  w: 2\n', `  global:\n${block(all, '    ')}  v: 1\n  w: 2\n`],
    ['of a flow map', '{ v: 1 }', `{ global: {${flow}}, v: 1 }`],
    ['of an empty flow map', '{}\n', `{global: {${flow}}}\n`],
    ['of a flow map over lines', '{\n  "v": 1\n}\n', `{\n  global: {${flow}}, "v": 1\n}\n`],
    ['of an empty file', '', whole],
    ['behind only comments', '# h\n', `# h\n${whole}`],
    ['behind a comment without a line break', '# h', `# h\n${whole}`.trimEnd()],
    ['behind a byte order mark alone', '\uFEFF', `\uFEFF${whole}`],
    ['of an empty document', '---\n# h\n...\n# i\n', `---\n# h\n${whole}...\n# i\n`],
    ['behind a start marker', '---', `---\n${whole}`.trimEnd()],
  ])('%s', (_, before, after) => {
    expectUpdate(before, after)
  })
})

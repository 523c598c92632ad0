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
function block(lines: readonly string[], indent = '  ') {
  return lines.map((line) => `${indent}${line}\n`).join('')
}
const flow = all.join(', ')
/** All owned keys except the last, so that an update adds one line. */
const allButLast = block(entries)
const last = '  modelVersion: "2"\n'

function expectUpdate(before: string, after: string) {
  const update = updateText(before, wanted)
  expect(update).toMatchObject({ kind: 'updated', text: after })
  const crlf = updateText(before.replaceAll('\n', '\r\n'), wanted)
  if (before.includes('\n')) expect(crlf).toMatchObject({ text: after.replaceAll('\n', '\r\n') })
}

describe('a missing key is added after the last entry of global', () => {
  test.each([
    ['at the end of the file', `global:\n${allButLast}`, `global:\n${allButLast}${last}`],
    [
      'before the next key',
      `global:\n${allButLast}vllm: 1\n`,
      `global:\n${allButLast}${last}vllm: 1\n`,
    ],
    [
      'before blank lines',
      `global:\n${allButLast}\n\nvllm: 1\n`,
      `global:\n${allButLast}${last}\n\nvllm: 1\n`,
    ],
    [
      'without adding a final line break',
      `global:\n${allButLast}`.trimEnd(),
      `global:\n${allButLast}${last}`.trimEnd(),
    ],
    [
      'after the comment of that entry',
      `global:\n${allButLast}  x: 1 # c\n\n  # d\nv: 1`,
      `global:\n${allButLast}  x: 1 # c\n${last}\n  # d\nv: 1`,
    ],
    [
      'after a comment at the end of the file',
      `global:\n${allButLast}  x: 1 # c`,
      `global:\n${allButLast}  x: 1 # c\n${last.trimEnd()}`,
    ],
    [
      'after a nested map with commented-out entries',
      `global:\n${allButLast}  x:\n    y:\n      z: 1\n      # w: 1\n\n    # v: 1\n  # u: 1\nv: 1\n`,
      `global:\n${allButLast}  x:\n    y:\n      z: 1\n      # w: 1\n\n    # v: 1\n${last}  # u: 1\nv: 1\n`,
    ],
    [
      'before a key with a comment or with deeper comments',
      `global:\n${allButLast}  x: 1\nv: 1 # c\nw:\n  a: 1\n    # d\n`,
      `global:\n${allButLast}  x: 1\n${last}v: 1 # c\nw:\n  a: 1\n    # d\n`,
    ],
    [
      'after a list without indentation',
      `global:\n${allButLast}  x:\n  - 1\n  - y: 2\nv: 1\n`,
      `global:\n${allButLast}  x:\n  - 1\n  - y: 2\n${last}v: 1\n`,
    ],
    [
      'after a literal block',
      `global:\n${allButLast}  x: |\n    y\n\n\nv: 1\n`,
      `global:\n${allButLast}  x: |\n    y\n${last}\n\nv: 1\n`,
    ],
    [
      'after a folded block',
      `global:\n${allButLast}  x: >-  # c\n    y\n\nv: 1\n`,
      `global:\n${allButLast}  x: >-  # c\n    y\n${last}\nv: 1\n`,
    ],
    [
      'after a block that keeps its blank lines',
      `global:\n${allButLast}  x: |+\n    y\n\n\nv: 1\n`,
      `global:\n${allButLast}  x: |+\n    y\n\n\n${last}v: 1\n`,
    ],
    [
      'after an empty block',
      `global:\n${allButLast}  x: |\n\nv: 1\n`,
      `global:\n${allButLast}  x: |\n${last}\nv: 1\n`,
    ],
    [
      'after a block whose last line is only spaces',
      `global:\n${allButLast}  x: |\n    y\n      \n\nv: 1\n`,
      `global:\n${allButLast}  x: |\n    y\n      \n${last}\nv: 1\n`,
    ],
    [
      'after a stripped block at the end of the file',
      `global:\n${allButLast}  x: |-\n    y`,
      `global:\n${allButLast}  x: |-\n    y\n${last.trimEnd()}`,
    ],
    [
      'after a multi-line flow map',
      `global:\n${allButLast}  x: {\n    y: 1\n  } # c\nv: 1\n`,
      `global:\n${allButLast}  x: {\n    y: 1\n  } # c\n${last}v: 1\n`,
    ],
    [
      'after a multi-line quoted string',
      `global:\n${allButLast}  x: "a\n    b"\nv: 1\n`,
      `global:\n${allButLast}  x: "a\n    b"\n${last}v: 1\n`,
    ],
    [
      'after an empty value',
      `global:\n${allButLast}  x: # c\nv: 1\n`,
      `global:\n${allButLast}  x: # c\n${last}v: 1\n`,
    ],
    [
      'after an alias',
      `a: &a 1\nglobal:\n${allButLast}  x: *a\n`,
      `a: &a 1\nglobal:\n${allButLast}  x: *a\n${last}`,
    ],
    [
      'after a merge key',
      `a: &a {}\nglobal:\n${allButLast}  <<: *a\n`,
      `a: &a {}\nglobal:\n${allButLast}  <<: *a\n${last}`,
    ],
    [
      'after an explicit key',
      `global:\n${allButLast}  ? x\n  : y\n`,
      `global:\n${allButLast}  ? x\n  : y\n${last}`,
    ],
    [
      'before the document end marker',
      `global:\n${allButLast}...\n`,
      `global:\n${allButLast}${last}...\n`,
    ],
    [
      'with the indentation of global',
      `global:\n${block(entries, '     ')}v:\n  a: 1\n`,
      `global:\n${block(all, '     ')}v:\n  a: 1\n`,
    ],
    [
      'in an indented document',
      `  global:\n${block(entries, '    ')}  v: 1\n`,
      `  global:\n${block(all, '    ')}  v: 1\n`,
    ],
    [
      'when global is an explicit key',
      `? global\n: experimentId: "1"\n${block(entries.slice(1))}`,
      `? global\n: experimentId: "1"\n${block(all.slice(1))}`,
    ],
  ])('%s', (_, before, after) => {
    expectUpdate(before, after)
  })

  test('after a merge key that provides it', () => {
    expectUpdate(
      `a: &a {modelVersion: 2, modelid: m-1}\nglobal:\n${allButLast}  <<: *a\n`,
      `a: &a {modelVersion: 2, modelid: m-1}\nglobal:\n${allButLast}  <<: *a\n  modelid: ""\n${last}`,
    )
  })

  test('adds several keys in a fixed order and replaces values in place', () => {
    expectUpdate(
      'global:\n  modelName: old\n  x: 1\nv: 1\n',
      'global:\n  modelName: "a: b"\n  x: 1\n  experimentId: "1"\n  runid: abc\n  timestamp: 20240131\n  modelVersion: "2"\nv: 1\n',
    )
  })

  test('after an owned block at the end of the file that becomes a single line', () => {
    expectUpdate(
      `global:\n${allButLast}`.replace('"a: b"\n', '|\n    old'),
      `global:\n${allButLast}${last}`.trimEnd(),
    )
  })

  test('with the line break of the line above in a file with mixed line breaks', () => {
    const update = updateText(`v: 1\nglobal:\n${allButLast.replaceAll('\n', '\r\n')}w: 1\n`, wanted)
    expect(update).toMatchObject({
      text: `v: 1\nglobal:\n${allButLast.replaceAll('\n', '\r\n')}${last.trimEnd()}\r\nw: 1\n`,
    })
  })
})

describe('a missing key is added inside the braces of a flow map', () => {
  test.each([
    ['{}', `{${flow}}`],
    ['{ }', `{ ${flow} }`],
    ['{a: 1}', `{a: 1, ${flow}}`],
    ['{ a: 1 } # c', `{ a: 1, ${flow} } # c`],
    ['{a: 1, }', `{a: 1, ${flow}, }`],
    ['{a: {b: [1]}}', `{a: {b: [1]}, ${flow}}`],
    ['{a: }', `{${flow}, a: }`],
    ['{b: 1, a:}', `{${flow}, b: 1, a:}`],
    ['{"a":"b"}', `{"a":"b", ${flow}}`],
    ['{\n    a: 1,\n    b: 2 # c\n  }', `{\n    a: 1,\n    b: 2, ${flow} # c\n  }`],
    ['{\n    a: 1, # c\n  }', `{\n    a: 1, ${flow}, # c\n  }`],
    ['{ # c\n  }', `{ ${flow} # c\n  }`],
  ])('%j', (before, after) => {
    expectUpdate(`global: ${before}\nv: 1\n`, `global: ${after}\nv: 1\n`)
  })
})

describe('an empty global gets its entries', () => {
  test.each([
    ['below it', 'global:\nv: 1\n', `global:\n${block(all)}v: 1\n`],
    ['below its comment', 'global: # c\n\n# d\nv: 1\n', `global: # c\n${block(all)}\n# d\nv: 1\n`],
    ['at the end of the file', 'v: 1\nglobal:', `v: 1\nglobal:\n${block(all)}`.trimEnd()],
    ['replacing null', 'global: null # c\nv: 1\n', `global: # c\n${block(all)}v: 1\n`],
    ['replacing ~', 'global:   ~\nv: 1\n', `global:\n${block(all)}v: 1\n`],
    ['after its anchor', 'global: &g\nv: *g\n', `global: &g\n${block(all)}v: *g\n`],
    [
      'with the indentation of the file',
      'v:\n    a: 1\nglobal:\n',
      `v:\n    a: 1\nglobal:\n${block(all, '    ')}`,
    ],
    ['in a flow map', '{global: , v: 1}', `{global: {${flow}}, v: 1}`],
    ['in a flow map, replacing null', '{global: null}', `{global: {${flow}}}`],
  ])('%s', (_, before, after) => {
    expectUpdate(before, after)
  })
})

describe('a missing global is added as the first key', () => {
  const global = `global:\n${block(all)}`
  test.each([
    ['of a map', 'v: 1\n', `${global}v: 1\n`],
    ['after the header comment', '# h\n\nv: 1', `# h\n\n${global}v: 1`],
    [
      'above the comment of the first key',
      '# h\n\n# i\n# j\nv: 1',
      `# h\n\n${global}# i\n# j\nv: 1`,
    ],
    ['above a comment at the top', '# i\nv: 1\n', `${global}# i\nv: 1\n`],
    ['above a comment after a byte order mark', '\uFEFF# i\nv: 1\n', `\uFEFF${global}# i\nv: 1\n`],
    ['after a line of spaces', '# h\n  \n# i\nv: 1\n', `# h\n  \n${global}# i\nv: 1\n`],
    [
      'above a comment with other indentation',
      '# h\n\n    # i\n# j\n  v: 1\n',
      `# h\n\n  global:\n${block(all, '    ')}    # i\n# j\n  v: 1\n`,
    ],
    [
      'after directives and the document start marker',
      '%YAML 1.2\n---\nv: 1\n',
      `%YAML 1.2\n---\n${global}v: 1\n`,
    ],
    [
      'between the document start marker and the comment of the first key',
      '# h\n%YAML 1.2\n--- # i\n# j\nv: 1\n',
      `# h\n%YAML 1.2\n--- # i\n${global}# j\nv: 1\n`,
    ],
    ['below the anchor of the map', '--- &a\n# i\nv: 1\n', `--- &a\n${global}# i\nv: 1\n`],
    ['after a byte order mark', '\uFEFFv: 1\n', `\uFEFF${global}v: 1\n`],
    ['before an anchored key', '&k v: 1\n', `${global}&k v: 1\n`],
    ['before an explicit key', '? v\n: 1\n', `${global}? v\n: 1\n`],
    [
      'with the indentation of the file',
      'v:\n   a: 1\n',
      `global:\n${block(all, '   ')}v:\n   a: 1\n`,
    ],
    [
      'with the steps of an indented map',
      '  v:\n     a: 1\n',
      `  global:\n${block(all, '     ')}  v:\n     a: 1\n`,
    ],
    ['of an indented map', '  v: 1\n  w: 2\n', `  global:\n${block(all, '    ')}  v: 1\n  w: 2\n`],
    ['of a flow map', '{ v: 1 }', `{ global: {${flow}}, v: 1 }`],
    ['of an empty flow map', '{}\n', `{global: {${flow}}}\n`],
    ['of a multi-line flow map', '{\n  "v": 1\n}\n', `{\n  global: {${flow}}, "v": 1\n}\n`],
    [
      'above the comment of the first key of a flow map',
      '{\n  # i\n  "v": 1\n}\n',
      `{\n  global: {${flow}},\n  # i\n  "v": 1\n}\n`,
    ],
    [
      'after the comment of the brace',
      '{ # h\n  v: 1\n}\n',
      `{ # h\n  global: {${flow}}, v: 1\n}\n`,
    ],
    [
      'of a flow map with a comment above it',
      '# h\n{ v: 1 }\n',
      `# h\n{ global: {${flow}}, v: 1 }\n`,
    ],
    ['of an empty file', '', global],
    ['after comments in an otherwise empty file', '# h\n', `# h\n${global}`],
    ['after a comment without a line break', '# h', `# h\n${global}`.trimEnd()],
    ['after a byte order mark in an otherwise empty file', '\uFEFF', `\uFEFF${global}`],
    ['of an empty document', '---\n# h\n...\n# i\n', `---\n# h\n${global}...\n# i\n`],
    ['after a document start marker', '---', `---\n${global}`.trimEnd()],
  ])('%s', (_, before, after) => {
    expectUpdate(before, after)
  })
})

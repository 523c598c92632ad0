import fc from 'fast-check'
import { readContent, readValues } from '../../../src/core/values-file/file.ts'
import { ownedKeys, type OwnedValues } from '../../../src/core/values-file/owned.ts'
import { updateValues, type Update } from '../../../src/core/values-file/update.ts'

/** Values that a file shall get. */
export const owned: OwnedValues = {
  experimentId: '12',
  runid: 'abc123def456abc123def456abc12345',
  modelid: 'm-0123456789abcdef',
  timestamp: 20240131,
  modelName: 'it\'s: a "model" # 1',
  modelVersion: '3',
}

/** Characters that YAML, its readers or a terminal may stumble over, and others. */
export const anyText = fc.oneof(
  fc.constantFrom(...' \t\n\r"\'\\:#-?!&*|>@`%{}[],=~<.0123456789eEyYnNoOxX_'.split('')),
  fc.constantFrom('\0', '\x7f', '\x85', '\u2028', '\u2029', '\ufeff', '\ufffe', '\ud800', '🤖'),
  fc.string({ minLength: 1, maxLength: 1 }),
)

/** A line with an owned value: what stands in front of the value and behind it. */
export type OwnedLine = { readonly key: string; readonly head: string; readonly tail: string }

export type BuiltDocument = { readonly text: string; readonly ownedLines: readonly OwnedLine[] }

const ownedEntry = fc
  .record({
    key: fc.constantFrom(...ownedKeys),
    quote: fc.constantFrom('', '"', "'"),
    anchored: fc.boolean(),
    source: fc.constantFrom(
      ...['x', '"x y"', "'x'", '1', '20240131', 'on', '1:30', '"12"', "'12'", '', '~', 'null'],
      ...['"a\\\n      b"', 'a b\n      c', owned.runid],
    ),
    tail: fc.constantFrom('', ' # comment', '   # "runid": x', ' '),
  })
  .map(({ key, quote, anchored, source, tail }) => {
    const head = `  ${quote}${key}${quote}:${anchored ? ` &${key}` : ''}`
    const text = `${head}${source === '' ? '' : ` ${source}`}${tail}\n`
    return { key, text, line: { key, head, tail } }
  })

const blocks = [
  '  # a comment\n',
  '\n',
  '   \n',
  '  extra: 1 # one\n',
  '  text: |\n    runid: no\n    # mlflow-sync: hold\n\n',
  '  kept: |+\n    runid: no\n\n\n',
  '  folded: >-\n    some\n    text\n\n',
  '  nested:\n    runid: no\n    deeper:\n      - a: 1\n        b: [x, {y: z}] # z\n      # end\n',
  '  list:\n  - a\n  - b: 1\n',
  "  \"quoted key\": 'it''s'\n",
  '  anchored: &other {a: 1}\n',
  '  flow: {\n    a: 1,\n  }\n',
]

const heads = [
  '',
  '# header\n\n',
  '---\n',
  '# header\n%YAML 1.1\n---\n# more\n',
  'first: &first 1\n',
  'first:\n  text: >+\n        a\n\n',
]

const tails = [
  '',
  'vllm:\n  a: 1\n',
  '\n# header\nvllm: # v\n  text: |\n    a\n\n  other: x\n',
  'list:\n- 1\n- {runid: y}\n',
  '"z": "{{ .Values.global.runid }}"\n',
]

/** Documents in block style with `global` in any place. */
export const document: fc.Arbitrary<BuiltDocument> = fc
  .record({
    head: fc.constantFrom(...heads),
    entries: fc.uniqueArray(ownedEntry, { selector: ({ key }) => key, maxLength: 6 }),
    extras: fc.uniqueArray(fc.constantFrom(...blocks), { maxLength: 5 }),
    places: fc.array(fc.nat(10), { minLength: 5, maxLength: 5 }),
    tail: fc.constantFrom(...tails),
    end: fc.constantFrom('', '...\n', '# the end\n'),
    lineBreak: fc.constantFrom('\n', '\r\n'),
    bom: fc.constantFrom('', '\uFEFF'),
    trimmed: fc.boolean(),
  })
  .map(({ head, entries, extras, places, tail, end, lineBreak, bom, trimmed }) => {
    const inner = entries.map(({ text }) => text)
    extras.forEach((extra, index) =>
      inner.splice((places[index] ?? 0) % (inner.length + 1), 0, extra),
    )
    const whole = `${bom}${head}global: # of us\n${inner.join('')}${tail}${end}`
    const text = (trimmed ? whole.replace(/\n$/, '') : whole).replaceAll('\n', lineBreak)
    return { text, ownedLines: entries.map(({ line }) => line) }
  })

const ownedLine = new RegExp(`^  (["']?)(${ownedKeys.join('|')})\\1:`)

/** The lines of a built document without those that hold owned values. */
export const otherLines = (text: string): string[] => {
  let inOwned = false
  return lines(text).filter((line) => {
    inOwned = ownedLine.test(line) || (inOwned && line.startsWith('      '))
    return !inOwned
  })
}

export const lineOf = (text: string, key: string): string | undefined =>
  lines(text).find((line) => ownedLine.exec(line)?.[2] === key)

const lines = (text: string): string[] => text.split(/\r?\n/)

export const updateText = (text: string, owned: OwnedValues): Update =>
  updateValues(readValues(text), owned)

export const isHeldFile = (text: string): boolean => readContent(Buffer.from(text)).kind === 'held'

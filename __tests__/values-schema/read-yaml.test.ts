import { describe, expect, test } from '@jest/globals'
import { readAllWithHelm } from '../../testing/helm.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import { plain } from '../../src/core/text/prose.ts'
import { readYaml } from '../../src/values-schema/read-yaml.ts'
import { toPlain } from '../../src/values-schema/values.ts'

const scalars = [
  ...['y', 'n', 'Y', 'N', 'yes', 'Yes', 'YES', 'yEs', 'no', 'on', 'On', 'off', 'OFF', 'tRue'],
  ...['true', 'True', 'FALSE', '~', 'null', 'Null', 'NULL', 'nULL', '', '"null"', "'yes'"],
  ...['0', '-0', '010', '0o10', '0O10', '0x1F', '0xg', '0b11', '0B11', '-0b11', '+0x1', '-0o7'],
  ...['1_000', '1__0', '_1', '1_', '0.1_0', '-_1', '0_1', '0x_1F', '0o', '0x', '0_', '0b_1'],
  ...['09', '08.5', '00', '1:30', '1:30:00', '1.2.3', '2024-01-01', '2024-01-01T00:00:00Z'],
  ...['1e3', '1E3', '1e400', '.5', '-.5', '+.5', '5.', '1.0', '1.10', '+1', '-1', '1e', 'e3'],
  ...['1.5e-3', '1e+3', '1e1_0', '.', '+', '.e1', '=', 'infinity', 'nan', 'Inf', '12e03'],
  ...['12345678901234567890', '100000000000000000000000', '9223372036854775808'],
  ...['!!str 1', '!!int "5"', '!!float 5', '!!bool "yes"', '!!binary aGVsbG8=', '! 1', '!foo 1'],
  ...['9007199254740993', '+18446744073709551615', '0xFFFFFFFFFFFFFFFF', '0x1FFFFFFFFFFFFFFFF'],
  ...['0x9223372036854775808', '-0x8000000000000000', '-0x8000000000000001', '-0b0', '-0.0'],
  ...[`0b${'1'.repeat(64)}`, `0b${'1'.repeat(65)}`, `-0b${'1'.repeat(64)}`, `01${'7'.repeat(24)}`],
  ...['.5_0', '._5', '<<', '!!str yes', '!!str', '!!float 1', '!!null', '!!set {b}', '!!map [1]'],
  ...['!!omap [b: 1]', '!!pairs [b: 1]', '!!seq {b: 1}', '!!merge <<', '!!binary ""'],
  ...['!!timestamp 2024-1-1', '!!timestamp 2024-02-29T1:2:3.5+03:00', '!!timestamp 2000-1-1 1:2:3'],
  ...['!!timestamp 2024-01-01', '"\\x41"', '[1, yes]', '{x: no, 1: a, 010: b}', '"a\\nb"'],
]

const keys = [
  ...['yes', '010', '0x1F', '-0', '9223372036854775807', '9007199254740993', '2024-01-01', '1:30'],
  ...['.inf', '-.inf', '.nan', '0.1', '1.5', '1.0', '-0.0', '1000000.0', '123456.5', '1234567.5'],
  ...['16777217.0', '123456789.0', '0.0001', '0.00001', '1e21', '3.4e38', '1e39', '-1e39', '1e-45'],
  ...['1e-60', '+18446744073709551615', '99999999999999999999', '!!binary aGVsbG8=', '!!int "5"'],
  ...['"<<"', '!!str <<'],
]

/** What is valid for the parser of the action, too, but has no meaning for Helm. */
const unresolvable = [
  ...['!!timestamp x', '!!timestamp 1', '!!timestamp 2024-13-01', '!!timestamp 2023-02-29'],
  ...['!!timestamp 2024-01-01 10:00:00 +3', '!!timestamp 2024-01-01T24:00:00Z', '!!timestamp'],
  ...['!!int <<', '!!int 2024-01-01', '!!bool', '!!null "x"', '!!binary aGVsbG8=x', '+.inf'],
]

const documents = [
  ...scalars.map((scalar) => `a: ${scalar}\n`),
  ...keys.map((key) => `${key}: 1\n`),
  'a: {! "<<": {b: 1}, !!merge "<<": {c: 1}}\n',
  'a: |\n  yes\n  b\n',
  'a: >-\n  x\n  y\n',
  'a: &x [1]\nb: *x\n',
  'b: &b {x: 1, z: 2}\nc: {x: 0, <<: *b}\nd: {<<: *b, x: 0}\n',
  '<<: [{q: 1}, {q: 2, r: 3}]\na: 2\n',
  '"<<": {q: 1}\n',
  'a: 1\na: 2\n',
  '!!str yes: 1\nyes: 2\n1: 3\n',
  '\uFEFFa: 1\n',
  '# only a comment\n',
  '',
]

function readPlain(text: string): unknown {
  const result = readYaml(text)
  return result.ok ? toPlain(result.values) : plain(result.flaw.problem)
}

const { test: helmTest } = onlyWhere('Helm')

helmTest('reads every kind of scalar as Helm does', () => {
  const helm = readAllWithHelm(documents)
  const both = documents.map((text, index) => ({ text, values: helm[index]?.value }))
  expect(documents.map((text) => ({ text, values: readPlain(text) }))).toEqual(both)
})

describe('what is not a map of values', () => {
  test.each([
    ['a list', '- 1\n', 'it is a list, not a map'],
    ['a text', 'text\n', 'it is a single value, not a map'],
  ])('is rejected: %s', (_, text, expected) => {
    expect(readPlain(text)).toBe(expected)
  })

  test('is named with its line', () => {
    expect(readYaml('a: 1\nb: [\n')).toMatchObject({ ok: false, flaw: { line: 3 } })
  })
})

test('several documents are merged', () => {
  expect(readPlain('a: {x: 1}\nl: [1]\n---\na: {z: 2}\nl: [2]\n')).toEqual({
    a: { x: 1, z: 2 },
    l: [1, 2],
  })
})

helmTest('rejects what Helm cannot resolve', () => {
  const files = unresolvable.map((scalar) => `a: ${scalar}\n`)
  expect(files.filter((file) => readYaml(file).ok)).toEqual([])
  expect(readAllWithHelm(files)).toEqual(files.map(() => ({})))
})

test('a flaw in a later document has its line in the file', () => {
  const problem = expect.anything() as unknown
  expect(readYaml('# a\n---\na: 1\n---\nb: 1\nc: *x\n')).toEqual({
    ok: false,
    flaw: { line: 6, problem },
  })
  expect(readYaml('\uFEFFa: "\\/"\n')).toEqual({ ok: false, flaw: { line: 1, problem } })
})

describe('aliases that multiply', () => {
  const levels = (count: number) =>
    Array.from({ length: count }, (_, index) => {
      const items = index === 0 ? '1' : `*a${index - 1}, *a${index - 1}`
      return `k${index}: &a${index} [${items}]\n`
    }).join('')

  test('are read once', () => {
    const many = `${'x: 1\n'.repeat(100)}${levels(12)}`
    expect(readYaml(many).ok).toBe(true)
  })

  helmTest.each([5, 8, 9, 10, 11, 12, 14, 16, 40])(
    'are accepted as Helm does: %d levels',
    (count) => {
      const [helm = {}] = readAllWithHelm([levels(count)])
      expect(readYaml(levels(count)).ok).toBe('value' in helm)
    },
  )
})

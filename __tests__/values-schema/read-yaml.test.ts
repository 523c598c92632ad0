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
  ...['!!timestamp 2024-01-01', '"\\x41"', '[1, yes]', '{x: no, 1: a, 010: b}', '"a\\nb"'],
]

const documents = [
  ...scalars.map((scalar) => `a: ${scalar}\n`),
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

test('aliases that multiply are read once', () => {
  const lines = Array.from({ length: 30 }, (_, index) => {
    const items = index === 0 ? '1' : `*a${index - 1}, *a${index - 1}`
    return `k${index}: &a${index} [${items}]`
  })
  expect(readYaml(`${lines.join('\n')}\n`).ok).toBe(true)
})

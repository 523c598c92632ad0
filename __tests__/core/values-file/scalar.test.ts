import { describe, expect, test } from '@jest/globals'
import { formatString, formatStringAs } from '../../../src/core/values-file/quote.ts'

describe('formatString', () => {
  test.each([
    ['abc123def456abc123def456abc12345', 'abc123def456abc123def456abc12345'],
    ['m-0123456789abcdef', 'm-0123456789abcdef'],
    ['Qwen/Qwen2.5-7B', 'Qwen/Qwen2.5-7B'],
    ['1', '"1"'],
    ['', '""'],
    ['1234567e10', '"1234567e10"'],
    ['12345678901234567890123456789012', '"12345678901234567890123456789012"'],
    ['on', '"on"'],
    ['my', 'my'],
    ['north', 'north'],
    ['YES', '"YES"'],
    ['y', '"y"'],
    ['Null', '"Null"'],
    ['nan', '"nan"'],
    ['~', '"~"'],
    ['1:30', '"1:30"'],
    ['2024-01-01', '"2024-01-01"'],
    ['a: b', '"a: b"'],
    ['a #b', '"a #b"'],
    ['{{ .Values.x }}', '"{{ .Values.x }}"'],
    ['with blank', '"with blank"'],
    ['"\\', '"\\"\\\\"'],
    ['a\nb\r\tc', '"a\\nb\\r\\tc"'],
    ['\0\x1b\x7f\x85', '"\\x00\\x1B\\x7F\\x85"'],
    ['\u2028\u2029\ufeff\ufffe\uffff', '"\\u2028\\u2029\\uFEFF\\uFFFE\\uFFFF"'],
    ['é日本🤖', '"é日本🤖"'],
    ['a\ud800b', '"a\ufffdb"'],
  ])('writes %j as %s', (value, source) => {
    expect(formatString(value)).toBe(source)
  })
})

describe('formatStringAs', () => {
  test.each([
    ['abc', 'plain', 'abc'],
    ['abc', 'single', "'abc'"],
    ['abc', 'double', '"abc"'],
    ["it's", 'single', "'it''s'"],
    ['off', 'plain', '"off"'],
    ['é # {', 'single', "'é # {'"],
    ['a\nb', 'single', '"a\\nb"'],
    ['a\tb', 'single', '"a\\tb"'],
    ['a\x85b', 'single', '"a\\x85b"'],
    ['a\u2028b', 'single', '"a\\u2028b"'],
    ['a\ud800', 'single', "'a\ufffd'"],
    ['', 'single', "''"],
  ] as const)('writes %j in %s style as %s', (value, style, source) => {
    expect(formatStringAs(value, style)).toBe(source)
  })
})

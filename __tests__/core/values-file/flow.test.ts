import { expect, test } from '@jest/globals'
import { findFlowEnd, type FlowEnd } from '../../../src/core/values-file/flow.ts'

test.each([
  ...['[]', '[[]]', '{}', '[a]', '["a"]', "['a']", '""', "''", '"a\\"b"', '["a\\\\"]', "['a\\']"],
  ...[
    "['a''']",
    "['a''b']",
    '[a, b]',
    '[a\n]',
    '[a #"\n]',
    '[a#"b]',
    '[a#b"c]',
    '[a "b]',
    '[a b"c]',
  ],
  ...['[a:1]', '[a:/b "c]', '[a?b"c]', '[a: b]', '[? a : b]', '[- a]', '[-a]', '[a:]', '["a":b]'],
  ...['[[a]:b]', '[&x a]', '[&x]', '[*x, a]', '[!t a]', '[! a]', '[a\n>>>>>>> b]', '[a >>>>>>> b]'],
])('%j is closed', (text) => {
  expect(findFlowEnd(text, 0)).toEqual({ kind: 'closed' })
})

test.each([
  ['[', 0],
  ['"', 0],
  ['[a', 0],
  ['[[a]', 0],
  ['{[}', 0],
  ['[a #]\n', 0],
  ['[a #', 0],
  ['[a #c\n"b]', 6],
  ['[a: "b]', 4],
  ['[a, "b]', 4],
  ['[a ["b]', 4],
  ['["a" "b]', 5],
  ['["a":"b]', 5],
  ['[[a]:"b]', 5],
  ['[&x "b]', 4],
  ['[- "b]', 3],
  ['[&xy "b]', 5],
  ['[&xy', 0],
  ['[!t', 0],
  ['[?', 0],
  ["['a\\''", 1],
  ['"a\\"', 0],
  ["['a''", 1],
  ['[a:', 0],
  ['[ >>>>>>> b', 0],
])('%j is still open at the end, from offset %d', (text, at) => {
  expect(findFlowEnd(text, 0)).toEqual({ kind: 'open', at })
})

test.each<[string, FlowEnd['kind']]>([
  ['[\n>>>>>>> b]', 'conflict'],
  ['["a",\n>>>>>>>', 'conflict'],
  ['["a"#b]', 'unclear'],
  ['[#a]', 'unclear'],
  ['[[a]#b]', 'unclear'],
  ['[a:"b]', 'unclear'],
  ['[a?"b]', 'unclear'],
  ['[a?', 'unclear'],
  ['[a:b:"c]', 'unclear'],
  ['[:a]', 'unclear'],
  ['[?a]', 'unclear'],
  ['[&x"a"]', 'unclear'],
  ['[*x"]', 'unclear'],
  ['[!t[a]]', 'unclear'],
])('%j ends with %s', (text, kind) => {
  expect(findFlowEnd(text, 0)).toMatchObject({ kind })
})

test('an opening mark anywhere in a text is followed from there', () => {
  expect(findFlowEnd('a: "b" [c', 7)).toEqual({ kind: 'open', at: 7 })
})

import { expect, test } from '@jest/globals'
import { neutralise, neutraliseFragments, trailerValue } from '../../../src/core/text/neutralise.ts'

test('a trusted instruction is kept from its first to its last character', () => {
  const fragment = { text: '[skip ci]', untrusted: false }
  expect(neutraliseFragments([fragment], 72)).toBe('[skip ci]')
  expect(neutraliseFragments([fragment, fragment], 72)).toBe('[skip ci][skip ci]')
})

test.each([
  ['@@team', '＠＠team'],
  ['a@b.c', 'a＠b.c'],
  ['@ x', '@ x'],
  ['#12', '＃12'],
  ['# 12', '# 12'],
  ['gh-1', 'gh－1'],
  ['GH-x', 'GH-x'],
  ['https://a', 'https：//a'],
  ['WWW.a', 'WWW．a'],
  ['Signed-off-by: x', 'Signed-off-by： x'],
  ['a-b\t: x', 'a-b ： x'],
  ['a-1: x', 'a-1: x'],
  ['a-bx y: z', 'a-bx y: z'],
  ['[skip ci]', '［skip ci]'],
  ['[ci, now SKIP it]', '［ci, now SKIP it]'],
  ['[ſkip]', '［ſkip]'],
  ['[no-ci]', '［no-ci]'],
  ['[skipper] [unskip] [skip', '[skipper] [unskip] [skip'],
  ['[a] skip [b]', '[a] skip [b]'],
  ['a ***no_ci*** b', 'a ＊＊＊no_ci＊＊＊ b'],
  ['**NO_CI***', '**NO_CI***'],
  ['***NO_CI**', '***NO_CI**'],
  ['--- a', '－－－ a'],
  ['a ---', 'a ---'],
])('%j triggers nothing as %j', (text, expected) => {
  expect(neutralise(text, 72)).toBe(expected)
})

test.each([
  ['a\u200b%é', 'a%E2%80%8B%25é'],
  [' a b ', '%20a b%20'],
  ['a\tb', 'a%09b'],
  ['GH-1 gh-2', 'GH%2D1 gh%2D2'],
  ['GH-x a-1 xH-1 Gx-1', 'GH-x a-1 xH-1 Gx-1'],
  ['www.a WWW.b', 'www%2Ea WWW%2Eb'],
  ['ww.a abc.d', 'ww.a abc.d'],
  ['@#:[]*', '%40%23%3A%5B%5D%2A'],
  ['a_b./+=,()~-', 'a_b./+=,()~-'],
])('the value of a trailer has encoded what would not be plain text: %j', (text, value) => {
  expect(trailerValue(text)).toBe(value)
})

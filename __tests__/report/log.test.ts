import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { safeLine } from '../../src/report/log.ts'
import { hostileNames } from '../fixtures/changes.ts'

describe('a line of the log', () => {
  test.each(hostileNames)('holds no command, escape sequence or second line: %j', (text) => {
    expect(safeLine(text)).not.toMatch(/::|##\[|\p{Cc}|\p{Cf}/u)
    expect(safeLine(text).length).toBeLessThanOrEqual(2000)
  })

  test('holds none whatever the text is', () => {
    const parts = fc.constantFrom(
      ':',
      '#',
      '[',
      '\n',
      '\u0085',
      '\u2028',
      '\u001b',
      ' ',
      'a',
      '%0A',
    )
    fc.assert(
      fc.property(fc.array(parts), (texts) => {
        expect(safeLine(texts.join(''))).not.toMatch(/::|##\[|\p{Cc}|\p{Zl}/u)
      }),
    )
  })

  test('keeps ordinary text', () => {
    expect(safeLine('Run a1: my_model, version 3 [ok] #1 @x https://y.z')).toBe(
      'Run a1: my_model, version 3 [ok] #1 @x https://y.z',
    )
  })
})

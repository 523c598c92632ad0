import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { safeLine } from '../../src/report/log.ts'
import { hostileNames } from '../fixtures/changes.ts'

describe('a log line', () => {
  test.each(hostileNames)('contains no command, escape sequence or line break: %j', (text) => {
    expect(safeLine(text)).not.toMatch(/::|##\[|\p{Cc}|\p{Cf}/u)
    expect(safeLine(text).length).toBeLessThanOrEqual(2000)
  })

  test('contains none of these, whatever the text', () => {
    const fragment = fc.constantFrom(
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
      fc.property(fc.array(fragment), (fragments) => {
        expect(safeLine(fragments.join(''))).not.toMatch(/::|##\[|\p{Cc}|\p{Zl}/u)
      }),
    )
  })

  test('leaves ordinary text unchanged', () => {
    expect(safeLine('Run a1: my_model, version 3 [ok] #1 @x https://y.z')).toBe(
      'Run a1: my_model, version 3 [ok] #1 @x https://y.z',
    )
  })
})

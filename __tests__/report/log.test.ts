import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { safeLine } from '../../src/report/log.ts'

describe('a log line', () => {
  test('contains no command or line break, whatever the text', () => {
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
        expect(safeLine(fragments.join(''))).not.toMatch(/::|##|\p{Cc}|\p{Zl}/u)
      }),
    )
  })

  test('leaves ordinary text unchanged', () => {
    expect(safeLine('Run a1: my_model, version 3 [ok] #1 @x https://y.z')).toBe(
      'Run a1: my_model, version 3 [ok] #1 @x https://y.z',
    )
  })
})

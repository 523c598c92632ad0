import { describe, expect, test } from '@jest/globals'
import {
  ActionError,
  GitHubError,
  InputError,
  MlflowError,
  problemOf,
  SyncError,
} from '../../src/core/errors.ts'
import { prose } from '../../src/core/text/prose.ts'
import { plainTexts } from '../fixtures/plain-texts.ts'

describe('an error', () => {
  test('says what failed, how to fix it and what caused it', () => {
    const cause = new Error('x')
    const error = new SyncError(prose`No luck`, { advice: prose`Try again.`, cause })
    expect(error).toMatchObject({ name: 'SyncError', message: 'No luck', cause })
    expect(plainTexts(problemOf(error))).toEqual({
      message: 'No luck',
      advice: 'Try again.',
      mistakes: [],
    })
    expect(new ActionError(prose`No luck`).name).toBe('ActionError')
    expect(plainTexts(problemOf(new ActionError(prose`No luck`)))).toEqual({
      message: 'No luck',
      advice: undefined,
      mistakes: [],
    })
  })

  test('of the inputs lists all problems', () => {
    expect(plainTexts(problemOf(new InputError([prose`\`a\` is wrong`])))).toEqual({
      message: 'Invalid input: `a` is wrong',
      advice: expect.stringContaining('`with:`') as unknown,
      mistakes: [{ text: '`a` is wrong', location: undefined }],
    })
    const error = new InputError([prose`\`a\` is wrong`, prose`\`b\` too`])
    expect(plainTexts(error)).toMatchObject({
      name: 'InputError',
      message: '2 invalid inputs:\n- `a` is wrong\n- `b` too',
      problems: ['`a` is wrong', '`b` too'],
    })
  })

  test('of a server has what the action reacts to', () => {
    expect(new MlflowError(prose`m`, { status: 404, code: 'X' })).toMatchObject({
      name: 'MlflowError',
      status: 404,
      code: 'X',
    })
    expect(new MlflowError(prose`m`)).toMatchObject({ status: undefined, code: undefined })
    expect(new GitHubError(prose`m`, { status: 409, reason: 'branch-moved' })).toMatchObject({
      name: 'GitHubError',
      status: 409,
      reason: 'branch-moved',
      outcomeUnknown: false,
    })
    expect(new GitHubError(prose`m`, { outcomeUnknown: true }).outcomeUnknown).toBe(true)
    expect(new GitHubError(prose`m`).outcomeUnknown).toBe(false)
  })

  test.each([new TypeError('x is not a function'), 'x is not a function'])(
    'that nobody expected is a bug to report: %p',
    (error) => {
      expect(plainTexts(problemOf(error))).toEqual({
        message: 'Unexpected error: x is not a function',
        advice: expect.stringContaining('report it'),
        mistakes: [],
      })
    },
  )
})

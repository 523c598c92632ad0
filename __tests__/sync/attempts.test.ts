import { describe, expect, test } from '@jest/globals'
import { GitHubError, SyncError } from '../../src/core/errors.ts'
import { prose } from '../../src/core/text/prose.ts'
import { retryWhenBranchMoves } from '../../src/sync/attempts.ts'
import { plainTexts } from '../fixtures/plain-texts.ts'

const moved = new GitHubError(prose`the branch moved`, { reason: 'branch-moved' })
const lost = new GitHubError(prose`Can't reach GitHub`, { outcomeUnknown: true })
const rejected = new GitHubError(prose`A rule forbids this commit`)

/** Runs attempts that fail with the given errors, one after the other, and then succeed. */
async function attemptScenario(
  errors: readonly Error[],
  settle: () => Promise<string | undefined> = () => Promise.resolve(undefined),
  { attemptMs = 0, ...limit }: { readonly maxAttempts?: number; readonly attemptMs?: number } = {},
) {
  const waits: number[] = []
  const lines: string[] = []
  let attempts = 0
  let now = 0
  const attempt = (): Promise<string> => {
    const error = errors[attempts]
    attempts += 1
    now += attemptMs
    return error === undefined ? Promise.resolve('written') : Promise.reject(error)
  }
  const clock = {
    now: () => now,
    random: () => 1,
    sleep: (ms: number) => {
      waits.push(ms)
      return Promise.resolve()
    },
  }
  const info = (line: string) => lines.push(line)
  const outcome = await retryWhenBranchMoves(attempt, {
    ...limit,
    branchName: () => 'main',
    settle,
    withError: (result, error) => `${result}, but ${error.message}`,
    clock,
    info,
  }).catch((error: unknown) => error)
  return { outcome, waits, lines, attempts: () => attempts }
}

describe('attempts', () => {
  test.each([
    ['the branch moved', moved],
    ['the response to a write was lost', lost],
  ])('are repeated, with growing waits, if %s', async (_reason, error) => {
    const { outcome, waits, lines } = await attemptScenario([error, error, error, error])
    expect(outcome).toBe('written')
    expect(waits).toEqual([1000, 2000, 4000, 8000])
    expect(lines[0]).toBe(`${error.message}; reading again in 1.0 s (2 of 5)`)
  })

  test.each([
    [
      'briefly, and then a multiple of the time that the attempt took, after a race',
      moved,
      3000,
      [1000, 18_000, 54_000, 60_000],
    ],
    ['at most a minute', moved, 60_000, [1000, 60_000, 60_000, 60_000]],
    ['no longer because a response was late', lost, 60_000, [1000, 2000, 4000, 8000]],
  ])('wait %s', async (_which, error, attemptMs, expected) => {
    const errors = [error, error, error, error]
    const { outcome, waits } = await attemptScenario(errors, undefined, { attemptMs })
    expect(outcome).toBe('written')
    expect(waits).toEqual(expected)
  })

  test('are not repeated after any other error', async () => {
    const { outcome, waits } = await attemptScenario([rejected])
    expect(outcome).toBe(rejected)
    expect(waits).toEqual([])
  })

  test('end with the second if that is the limit, as in mode: check', async () => {
    const { outcome, attempts } = await attemptScenario([moved, moved], undefined, {
      maxAttempts: 2,
    })
    expect(outcome).toMatchObject({ message: expect.stringContaining('in 2 attempts') })
    expect(attempts()).toBe(2)
  })

  test('end with the fifth', async () => {
    const { outcome } = await attemptScenario(Array<Error>(5).fill(moved))
    expect(plainTexts(outcome)).toMatchObject({
      message: 'Could not write to branch `main` in 5 attempts: the branch moved',
      advice: expect.stringMatching(/^The next run will catch up/),
    })
  })

  test.each([
    ['the last attempt', [lost, lost, lost, lost, lost]],
    ['an attempt with an error that is not repeated', [rejected]],
  ])('end well if %s turns out to have written', async (_which, errors) => {
    const { outcome } = await attemptScenario(errors, () => Promise.resolve('settled'))
    expect(outcome).toBe('settled')
  })

  test('end with the error of the write if GitHub cannot be asked about it', async () => {
    const { outcome } = await attemptScenario([rejected], () => Promise.reject(lost))
    expect(outcome).toBe(rejected)
  })

  test('wait before the last look, because a commit can become visible late', async () => {
    const { waits, lines } = await attemptScenario(Array<Error>(5).fill(lost))
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16000])
    expect(lines.at(-1)).toMatch(/\(last look\)$/)
    const { waits: races } = await attemptScenario(Array<Error>(5).fill(moved))
    expect(races).toEqual([1000, 2000, 4000, 8000])
  })

  test('ask before each further attempt whether the write landed', async () => {
    const { outcome, attempts } = await attemptScenario([lost], () => Promise.resolve('settled'))
    expect(outcome).toBe('settled')
    expect(attempts()).toBe(1)
  })

  test('report the error of a later attempt beside an earlier write', async () => {
    let asked = 0
    const settle = () => Promise.resolve((asked += 1) === 2 ? 'settled' : undefined)
    const { outcome } = await attemptScenario([lost, new SyncError(prose`no template`)], settle)
    expect(outcome).toBe('settled, but no template')
  })

  test.each([
    ['the last', [moved, moved, moved, moved, lost]],
    ['an earlier', [moved, moved, moved, lost, moved]],
  ])('do not blame other jobs if the response to %s write was lost', async (_which, errors) => {
    const { outcome } = await attemptScenario(errors)
    expect(plainTexts(outcome)).toMatchObject({
      message: expect.stringContaining('in 5 attempts'),
      advice: undefined,
    })
  })
})

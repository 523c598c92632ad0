import { describe, expect, test } from '@jest/globals'
import { retryAfterMs, sendWithRetries, type Verdict } from '../../src/http/retry.ts'
import type { Clock } from '../../src/runtime.ts'
import type { HttpResult } from '../../src/http/transport.ts'
import { mlflowRetryPolicy } from '../../src/mlflow/retry.ts'

const answer = (status: number): HttpResult => ({ kind: 'response', status, headers: {}, text: '' })

/** A clock that only counts. */
const countingClock = () => {
  const slept: number[] = []
  const clock: Clock = {
    now: () => 1_000_000,
    random: () => 0,
    sleep: (ms) => {
      slept.push(ms)
      return Promise.resolve()
    },
  }
  return { clock, slept }
}

const retrying = async (
  results: HttpResult[],
  classify: (result: HttpResult) => Verdict,
  remainingMs = 300_000,
) => {
  const { clock, slept } = countingClock()
  const budget = { remainingMs }
  const retried = await sendWithRetries({
    send: () => Promise.resolve(results.shift() ?? answer(599)),
    classify,
    policy: mlflowRetryPolicy({ maxRetries: 7, backoffFactor: 2, backoffJitter: 0 }, () => 0),
    clock,
    budget,
    onRetry: () => undefined,
  })
  return { retried, slept, budget }
}

const retry5xx = (result: HttpResult): Verdict =>
  result.kind === 'response' && result.status >= 500
    ? { kind: 'retry', why: 'later' }
    : { kind: 'final' }

describe('retries', () => {
  test('wait as MLflow’s own client does: at once, then 4, 8, 16, 32, 64, 120 s', async () => {
    const { retried, slept } = await retrying(
      Array.from({ length: 9 }, () => answer(503)),
      retry5xx,
    )
    expect(retried.tries).toBe(8)
    expect(slept).toEqual([0, 4000, 8000, 16_000, 32_000, 64_000, 120_000])
  })

  test('end with the first good answer', async () => {
    const { retried } = await retrying([answer(503), answer(200), answer(503)], retry5xx)
    expect(retried).toMatchObject({ tries: 2, result: { status: 200 } })
  })

  test('never wait longer than the budget, and tell when an asked-for wait would end', async () => {
    const { retried, slept } = await retrying([answer(429)], () => ({
      kind: 'retry',
      why: 'limit',
      waitMs: 600_000,
    }))
    expect(slept).toEqual([])
    expect(retried.waitEndsAt).toEqual(new Date(1_600_000))
  })

  test('use up one budget together', async () => {
    const { budget, slept } = await retrying(
      Array.from({ length: 9 }, () => answer(500)),
      retry5xx,
      15_000,
    )
    expect(slept).toEqual([0, 4000, 8000])
    expect(budget.remainingMs).toBe(3000)
  })

  test.each([
    ['17', 17_000],
    ['Thu, 01 Jan 1970 00:16:50 GMT', 10_000],
    ['soon', undefined],
  ])('read Retry-After: %s', (value, ms) => {
    expect(retryAfterMs({ 'retry-after': value }, 1_000_000)).toBe(ms)
  })
})

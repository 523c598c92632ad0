import { describe, expect, test } from '@jest/globals'
import type { Clock } from '../../src/core/runtime.ts'
import {
  atMostOneRetry,
  createWaitBudget,
  retry,
  retryAfterMs,
  sendWithRetries,
  type RetryDecision,
  type RetryPolicy,
} from '../../src/http/retry.ts'
import type { HttpResult } from '../../src/http/transport.ts'
import { gitHubRetryPolicy } from '../../src/github/retry.ts'
import { mlflowRetryPolicy } from '../../src/mlflow/retry.ts'

function response(status: number): HttpResult {
  return {
    kind: 'response',
    status,
    headers: {},
    text: '',
  }
}

/** A clock that never advances, and the waits that were requested from it. */
function createRecordingClock() {
  const waits: number[] = []
  const clock: Clock = {
    now: () => 1_000_000,
    random: () => 0,
    sleep: (ms) => {
      waits.push(ms)
      return Promise.resolve()
    },
  }
  return { clock, waits }
}

async function sendWithResults(
  results: HttpResult[],
  classify: (result: HttpResult) => RetryDecision,
  remainingMs = 300_000,
) {
  const { clock, waits } = createRecordingClock()
  const budget = { remainingMs }
  const outcome = await sendWithRetries({
    send: () => Promise.resolve(results.shift() ?? response(599)),
    classify,
    policy: mlflowRetryPolicy({ maxRetries: 7, backoffFactor: 2, backoffJitter: 0 }, () => 0),
    clock,
    budget,
    contact: { made: true },
    onRetry: () => undefined,
  })
  return { outcome, waits, budget }
}

function retry5xx(result: HttpResult): RetryDecision {
  return result.kind === 'response' && result.status >= 500 ? retry('later') : { kind: 'final' }
}

describe('retries', () => {
  test("wait like MLflow's own client: 0, 4, 8, 16, 32, 64, 120 s", async () => {
    const { outcome, waits } = await sendWithResults(
      Array.from({ length: 9 }, () => response(503)),
      retry5xx,
    )
    expect(outcome.tries).toBe(8)
    expect(waits).toEqual([0, 4000, 8000, 16_000, 32_000, 64_000, 120_000])
  })

  test('end with the first successful response', async () => {
    const { outcome } = await sendWithResults(
      [response(503), response(200), response(503)],
      retry5xx,
    )
    expect(outcome).toMatchObject({ tries: 2, result: { status: 200 } })
  })

  test('never wait longer than the budget, and report when the requested wait would end', async () => {
    const { outcome, waits } = await sendWithResults([response(429)], () =>
      retry('limit', { waitMs: 600_000 }),
    )
    expect(waits).toEqual([])
    expect(outcome.retryAllowedAt).toEqual(new Date(1_600_000))
  })

  test('end when tries that fail have taken as long as the budget', async () => {
    let now = 0
    const outcome = await sendWithRetries({
      send: () => {
        now += 130_000
        return Promise.resolve(response(503))
      },
      classify: retry5xx,
      policy: { retries: 7, backoffMs: () => 10_000, firstContactMs: Infinity },
      clock: {
        now: () => now,
        random: () => 0,
        sleep: (ms) => {
          now += ms
          return Promise.resolve()
        },
      },
      budget: createWaitBudget(),
      contact: { made: true },
      onRetry: () => undefined,
    })
    expect(outcome.tries).toBe(3)
  })

  test('share one budget', async () => {
    const { budget, waits } = await sendWithResults(
      Array.from({ length: 9 }, () => response(500)),
      retry5xx,
      15_000,
    )
    expect(waits).toEqual([0, 4000, 8000])
    expect(budget.remainingMs).toBe(3000)
  })

  test('are at most one in mode: check', async () => {
    const policy = atMostOneRetry(gitHubRetryPolicy(() => 0))
    expect(await tryUnconnected(policy, { takesMs: 0 })).toEqual({ tries: 2, afterMs: 1000 })
  })

  test.each([
    ['17', 17_000],
    ['9'.repeat(400), 31_536_000_000],
    ['Thu, 01 Jan 1970 00:16:50 GMT', 10_000],
    ['soon', undefined],
  ])('read Retry-After: %.40s', (value, ms) => {
    expect(retryAfterMs({ 'retry-after': value }, 1_000_000)).toBe(ms)
  })
})

/** Tries while there is no connection, and returns how often and how long. */
async function tryUnconnected(
  policy: RetryPolicy,
  { takesMs, contact = { made: false } }: { takesMs: number; contact?: { made: boolean } },
) {
  let now = 0
  const advance = (ms: number): Promise<void> => {
    now += ms
    return Promise.resolve()
  }
  const { tries } = await sendWithRetries({
    send: async () => {
      await advance(takesMs)
      return { kind: 'failure', reason: 'refused', detail: 'connect', connected: false }
    },
    classify: () => retry('connect'),
    policy,
    clock: { now: () => now, random: () => 0, sleep: advance },
    budget: createWaitBudget(),
    contact,
    onRetry: () => undefined,
  })
  return { tries, afterMs: now }
}

describe('a server that no request has reached', () => {
  const settings = { maxRetries: undefined, backoffFactor: 2, backoffJitter: 1 }
  const mlflow = (maxRetries?: number, random = 0) =>
    mlflowRetryPolicy({ ...settings, maxRetries }, () => random)

  test.each<[string, RetryPolicy, number, { tries: number; afterMs: number }]>([
    ['MLflow, refused', mlflow(), 0, { tries: 5, afterMs: 28_000 }],
    ['MLflow, refused, with jitter', mlflow(undefined, 1), 0, { tries: 5, afterMs: 32_000 }],
    ['MLflow, time-outs of 30 s', mlflow(), 30_000, { tries: 2, afterMs: 60_000 }],
    ['GitHub, refused', gitHubRetryPolicy(() => 1), 0, { tries: 6, afterMs: 38_750 }],
    [
      'GitHub, time-outs of 30 s',
      gitHubRetryPolicy(() => 0),
      30_000,
      { tries: 2, afterMs: 61_000 },
    ],
  ])('is given up after about half a minute: %s', async (_, policy, takesMs, expected) => {
    expect(await tryUnconnected(policy, { takesMs })).toEqual(expected)
  })

  test.each([
    [7, { tries: 8, afterMs: 244_000 }],
    [1, { tries: 2, afterMs: 0 }],
  ])(
    'is tried as often as MLFLOW_HTTP_REQUEST_MAX_RETRIES asks for: %d',
    async (count, expected) => {
      expect(await tryUnconnected(mlflow(count), { takesMs: 0 })).toEqual(expected)
    },
  )

  test('gets more patience if it was reached before', async () => {
    const contact = { made: true }
    expect(await tryUnconnected(mlflow(), { takesMs: 0, contact })).toEqual({
      tries: 8,
      afterMs: 244_000,
    })
  })
})

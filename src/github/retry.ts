import { retry, retryAfterMs, type RetryDecision, type RetryPolicy } from '../http/retry.ts'
import { parseJson, type HttpResponse, type HttpResult } from '../http/transport.ts'

const temporaryStatuses = new Set([408, 500, 502, 503, 504])

/** GitHub asks clients to wait at least a minute if the response does not say how long. */
const secondaryLimitWaitMs = 60_000

/**
 * Decides whether a request to GitHub is retried. After a rate limit it always is, because the
 * request was not executed; otherwise only if it is safe to repeat.
 */
export function classifyResult(
  result: HttpResult,
  now: number,
  repeatable: boolean,
): RetryDecision {
  if (result.kind === 'failure') {
    const permanent = result.reason === 'tls' || result.reason === 'unknown-host'
    return permanent || !repeatable ? { kind: 'final' } : retry(result.detail)
  }
  const rateLimit = detectRateLimit(result, now)
  if (rateLimit !== undefined) return rateLimit
  if (!repeatable) return { kind: 'final' }
  if (temporaryStatuses.has(result.status)) {
    return retry(`HTTP ${result.status}`, { waitMs: retryAfterMs(result.headers, now) })
  }
  const { status, text } = result
  if (status >= 200 && status < 300 && status !== 204 && parseJson(text) === undefined) {
    return retry('a response that is not a complete JSON document')
  }
  return { kind: 'final' }
}

/**
 * A primary limit has `x-ratelimit-remaining: 0` and a reset time. A secondary one has Retry-After,
 * or can only be recognised by its message.
 */
function detectRateLimit(response: HttpResponse, now: number): RetryDecision | undefined {
  const { status, headers, text } = response
  const isGraphqlLimit = status === 200 && /"type"\s*:\s*"RATE_LIMITED"/.test(text.slice(0, 4096))
  const isRejected = status === 403 || status === 429
  if (!isGraphqlLimit && !isRejected) return undefined
  const waitMs = retryAfterMs(headers, now)
  if (waitMs !== undefined) return retry('rate limit', { waitMs })
  if (
    headers['x-ratelimit-remaining'] === '0' &&
    /^\d+$/.test(headers['x-ratelimit-reset'] ?? '')
  ) {
    const resetMs = Number(headers['x-ratelimit-reset']) * 1000
    return retry('rate limit', { waitMs: Math.max(1000, resetMs - now) })
  }
  if (isGraphqlLimit || status === 429 || /secondary rate limit/i.test(text)) {
    return retry('secondary rate limit', { waitMs: secondaryLimitWaitMs })
  }
  return undefined
}

const retries = 5

/** Waits 1, 2, 4, 8, 16 s, each with up to 25% jitter. */
export function gitHubRetryPolicy(random: () => number): RetryPolicy {
  return {
    retries,
    backoffMs: (retry) => Math.round(1000 * 2 ** (retry - 1) * (1 + random() / 4)),
  }
}

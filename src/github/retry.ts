import { retryAfterMs, type RetryPolicy, type Verdict } from '../http/retry.ts'
import { type HttpResponse, type HttpResult, parseJson } from '../http/transport.ts'

const temporary = new Set([408, 500, 502, 503, 504])

/** GitHub asks for at least a minute when its answer does not say how long. */
const secondaryLimitMs = 60_000

/**
 * Which of GitHub's answers are worth another try. A rate limit always is, since the request was
 * not carried out; anything else only where a repetition does no harm.
 */
export function classifyResult(result: HttpResult, now: number, repeatable: boolean): Verdict {
  if (result.kind === 'failure') {
    const permanent = result.reason === 'tls' || result.reason === 'unknown-host'
    return permanent || !repeatable ? { kind: 'final' } : { kind: 'retry', why: result.detail }
  }
  const limited = rateLimit(result, now)
  if (limited !== undefined) return limited
  if (!repeatable) return { kind: 'final' }
  if (temporary.has(result.status)) {
    const waitMs = retryAfterMs(result.headers, now)
    return {
      kind: 'retry',
      why: `HTTP ${result.status}`,
      ...(waitMs === undefined ? {} : { waitMs }),
    }
  }
  const { status, text } = result
  if (status >= 200 && status < 300 && status !== 204 && parseJson(text) === undefined) {
    return { kind: 'retry', why: 'an answer that is no whole JSON document' }
  }
  return { kind: 'final' }
}

/** Primary limit: remaining 0 and a reset time; secondary: Retry-After or words only. */
function rateLimit(response: HttpResponse, now: number): Verdict | undefined {
  const { status, headers, text } = response
  const graphql = status === 200 && /"type"\s*:\s*"RATE_LIMITED"/.test(text.slice(0, 4096))
  const refused = status === 403 || status === 429
  if (!graphql && !refused) return undefined
  const after = retryAfterMs(headers, now)
  if (after !== undefined) return { kind: 'retry', why: 'rate limit', waitMs: after }
  if (
    headers['x-ratelimit-remaining'] === '0' &&
    /^\d+$/.test(headers['x-ratelimit-reset'] ?? '')
  ) {
    const resetMs = Number(headers['x-ratelimit-reset']) * 1000
    return { kind: 'retry', why: 'rate limit', waitMs: Math.max(1000, resetMs - now) }
  }
  if (graphql || status === 429 || /secondary rate limit/i.test(text)) {
    return { kind: 'retry', why: 'secondary rate limit', waitMs: secondaryLimitMs }
  }
  return undefined
}

const retries = 5

/** 1, 2, 4, 8, 16 s, each with up to a quarter more. */
export function gitHubRetryPolicy(random: () => number): RetryPolicy {
  return {
    retries,
    backoffMs: (retry) => Math.round(1000 * 2 ** (retry - 1) * (1 + random() / 4)),
  }
}

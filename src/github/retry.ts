import { permanentFailures } from '../http/failure.ts'
import { isMarkup } from '../http/markup.ts'
import {
  firstContactMs,
  retry,
  retryAfterMs,
  type RetryDecision,
  type RetryPolicy,
} from '../http/retry.ts'
import type { HttpResponse, HttpResult } from '../http/transport.ts'
import { hasData, isTemporary, readGraphqlBody, saysRateLimit } from './graphql-body.ts'
import { findNotReady } from './not-ready.ts'
import { mayBeTooLarge } from './refusals-conflict.ts'
import { refusalMessage } from './rest-body.ts'

const temporaryStatuses = new Set([408, 500, 502, 503, 504])

/** GitHub asks clients to wait at least a minute if the response does not say how long. */
const secondaryLimitWaitMs = 60_000

/** A year. The time when a longer wait ends may not be a valid date. */
const maxLimitWaitMs = 31_536_000_000

/** An HTML page is maintenance, which may end soon, or a login, which will not. */
const maxHtmlRetries = 2

const maxNotReadyRetries = 3

/** A smaller request is a better second try than the same one. */
const maxTooLargeRetries = 1

/** How a request was sent, and the body of its response. */
export type Exchange = {
  readonly isGraphql: boolean
  /** Whether it is safe to repeat, whatever became of it. */
  readonly isRepeatable: boolean
  /** Whether what was sent can be divided among several requests. */
  readonly isDivisible: () => boolean
  /** Undefined if the body is not a complete JSON document. */
  readonly json: unknown
}

/**
 * Decides whether a request to GitHub is retried: always after a response that says that it was not
 * carried out and may be later, otherwise only if it is safe to repeat.
 */
export function classifyResult(result: HttpResult, exchange: Exchange, now: number): RetryDecision {
  const { isRepeatable, json } = exchange
  if (result.kind === 'failure') {
    const permanent = permanentFailures.has(result.reason)
    return permanent || !isRepeatable ? { kind: 'final' } : retry(result.detail)
  }
  if (isRateLimited(result, exchange)) {
    return retry('rate limit', { waitMs: rateLimitWaitMs(result, now) })
  }
  if (findNotReady(result.status, refusalMessage(json) ?? '') !== undefined) {
    return retry('not ready yet', { maxRetries: maxNotReadyRetries })
  }
  if (!isRepeatable) return { kind: 'final' }
  if (temporaryStatuses.has(result.status)) {
    const limits = { waitMs: retryAfterMs(result.headers, now) }
    return mayBeTooLarge(result.status, exchange.isDivisible())
      ? retry(`HTTP ${result.status}`, { ...limits, maxRetries: maxTooLargeRetries })
      : retry(`HTTP ${result.status}`, limits)
  }
  if (isIncomplete(result, json)) {
    return isMarkup(result.text)
      ? retry('a page of HTML instead of JSON', { maxRetries: maxHtmlRetries })
      : retry('a response that is not a complete JSON document')
  }
  if (!isTemporaryGraphql(exchange)) return { kind: 'final' }
  return retry(
    "GitHub's own failure",
    exchange.isDivisible() ? { maxRetries: maxTooLargeRetries } : {},
  )
}

/** A successful response without a usable body. */
export function isIncomplete({ status }: HttpResponse, json: unknown): boolean {
  return status >= 200 && status < 300 && status !== 204 && json === undefined
}

/**
 * Whether a limit kept the request from being carried out. REST says so with 403 or 429, or with 422 if
 * something `was submitted too quickly`; GraphQL also with 200 (docs.github.com, "Rate limits for the
 * GraphQL API"). Only errors are searched for words: contents of files may have the same ones.
 */
export function isRateLimited(response: HttpResponse, exchange: Exchange): boolean {
  const { isGraphql, isRepeatable, json } = exchange
  const { status, headers } = response
  if (status === 429) return true
  const isSaid = saysRateLimit(refusalMessage(json) ?? '')
  if (status === 422) return isSaid
  if (status === 403) {
    return isSaid || 'retry-after' in headers || headers['x-ratelimit-remaining'] === '0'
  }
  const body = isGraphql && status === 200 ? readGraphqlBody(json) : undefined
  if (body === undefined) return false
  const isLimit = body.errors.some(
    ({ type, message }) => type === 'RATE_LIMITED' || saysRateLimit(message),
  )
  return hasData(body.data) ? isLimit && isRepeatable : isLimit || isSaid
}

/** As the headers say: Retry-After, or the time when the primary limit is reset. */
function rateLimitWaitMs({ headers }: HttpResponse, now: number): number {
  const waitMs = retryAfterMs(headers, now)
  if (waitMs !== undefined) return waitMs
  const reset = headers['x-ratelimit-reset'] ?? ''
  return headers['x-ratelimit-remaining'] === '0' && /^\d+$/.test(reset)
    ? Math.min(Math.max(1000, Number(reset) * 1000 - now), maxLimitWaitMs)
    : secondaryLimitWaitMs
}

function isTemporaryGraphql({ isGraphql, json }: Exchange): boolean {
  return isGraphql && (readGraphqlBody(json)?.errors.some(isTemporary) ?? false)
}

const retries = 5

/** Waits 1, 2, 4, 8, 16 s, each with up to 25% jitter. */
export function gitHubRetryPolicy(random: () => number): RetryPolicy {
  return {
    retries,
    firstContactMs,
    backoffMs: (retry) => Math.round(1000 * 2 ** (retry - 1) * (1 + random() / 4)),
  }
}

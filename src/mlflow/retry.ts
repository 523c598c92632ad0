import { permanentFailures } from '../http/failure.ts'
import { isMarkup } from '../http/markup.ts'
import {
  firstContactMs,
  retry,
  retryAfterMs,
  type RetryDecision,
  type RetryPolicy,
} from '../http/retry.ts'
import type { HttpResult } from '../http/transport.ts'
import { recogniseRefusal } from './refusals.ts'

/** Statuses that MLflow's own client retries (`mlflow/utils/request_utils.py`). */
const temporaryStatuses = new Set([408, 429, 500, 502, 503, 504])

/** An HTML page is maintenance, which may end soon, or a login, which will not. */
const maxHtmlRetries = 2

/** A request with a person's filter: `src/mlflow/filters.ts` finds out which of both is at fault. */
const maxRetriesWithFilter = 1

/**
 * Decides whether a request to MLflow is retried.
 *
 * @param json undefined if the body is not a complete JSON document.
 * @param hasFilter whether a filter that a person wrote may be what MLflow fails with.
 */
export function classifyResult(
  result: HttpResult,
  json: unknown,
  now: number,
  hasFilter = false,
): RetryDecision {
  if (result.kind === 'failure') {
    const permanent = permanentFailures.has(result.reason)
    return permanent ? { kind: 'final' } : retry(result.detail)
  }
  const { status, headers, text } = result
  if (status >= 200 && status < 300) return classifySuccess(text, json)
  const refusal = recogniseRefusal(text)
  if (temporaryStatuses.has(status) && (refusal === undefined || refusal === 'overloaded')) {
    const mayBeFilter = hasFilter && status === 500 && refusal === undefined
    return retry(`HTTP ${status}`, {
      waitMs: retryAfterMs(headers, now),
      ...(mayBeFilter ? { maxRetries: maxRetriesWithFilter } : {}),
    })
  }
  return status === 400 && refusal === 'overloaded'
    ? retry('MLflow is overloaded (database pool exhausted)')
    : { kind: 'final' }
}

function classifySuccess(text: string, json: unknown): RetryDecision {
  if (json === undefined) {
    return isMarkup(text)
      ? retry('a page of HTML instead of JSON', { maxRetries: maxHtmlRetries })
      : retry('a response that is not a complete JSON document')
  }
  return { kind: 'final' }
}

/** Values of MLflow's own variables, already validated; times are in seconds. */
export type MlflowRetrySettings = {
  /** Undefined if the variable is not set. */
  readonly maxRetries: number | undefined
  readonly backoffFactor: number
  readonly backoffJitter: number
}

/** As in MLflow's own client. */
const defaultRetries = 7

/** Maximum backoff of urllib3, which MLflow's own client uses. */
const maxBackoffMs = 120_000

/** Retries immediately, then after factor × 2, × 4, … seconds, each plus jitter, as in urllib3. */
export function mlflowRetryPolicy(
  settings: MlflowRetrySettings,
  random: () => number,
): RetryPolicy {
  return {
    retries: settings.maxRetries ?? defaultRetries,
    // Whoever sets the variable asks for exactly so many.
    firstContactMs: settings.maxRetries === undefined ? firstContactMs : Infinity,
    backoffMs: (retry) => {
      const exponential = retry <= 1 ? 0 : settings.backoffFactor * 2 ** (retry - 1) * 1000
      const jitter = random() * settings.backoffJitter * 1000
      return Math.round(Math.min(exponential, maxBackoffMs) + jitter)
    },
  }
}

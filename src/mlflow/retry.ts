import { permanentFailures } from '../http/failure.ts'
import { retry, retryAfterMs, type RetryDecision, type RetryPolicy } from '../http/retry.ts'
import { parseJson, type HttpResult } from '../http/transport.ts'

/** Statuses that MLflow's own client retries (`mlflow/utils/request_utils.py`). */
const temporaryStatuses = new Set([408, 429, 500, 502, 503, 504])

/** An HTML page is maintenance, which may end soon, or a login, which will not. */
const maxHtmlRetries = 2

/** Decides whether a request to MLflow is retried. */
export function classifyResult(result: HttpResult, now: number): RetryDecision {
  if (result.kind === 'failure') {
    const permanent = permanentFailures.has(result.reason)
    return permanent ? { kind: 'final' } : retry(result.detail)
  }
  const { status, headers, text } = result
  if (temporaryStatuses.has(status) && !isPermanent(text)) {
    return retry(`HTTP ${status}`, { waitMs: retryAfterMs(headers, now) })
  }
  if (status === 400 && text.includes('QueuePool limit of size')) {
    // MLflow 3.17.2 reports an exhausted database pool as a bad request.
    return retry('MLflow is overloaded (database pool exhausted)')
  }
  if (status >= 200 && status < 300 && parseJson(text) === undefined) {
    return /^\s*</.test(text)
      ? retry('a page of HTML instead of JSON', { maxRetries: maxHtmlRetries })
      : retry('a response that is not a complete JSON document')
  }
  return { kind: 'final' }
}

/** With workspaces disabled (500) or `--artifacts-only` (503), the status only looks temporary. */
function isPermanent(text: string): boolean {
  return text.includes('FEATURE_DISABLED') || text.includes('--artifacts-only')
}

/** Values of MLflow's own variables, already validated; times are in seconds. */
export type MlflowRetrySettings = {
  readonly maxRetries: number
  readonly backoffFactor: number
  readonly backoffJitter: number
}

/** Maximum backoff of urllib3, which MLflow's own client uses. */
const maxBackoffMs = 120_000

/** Retries immediately, then after factor × 2, × 4, … seconds, each plus jitter, as in urllib3. */
export function mlflowRetryPolicy(
  settings: MlflowRetrySettings,
  random: () => number,
): RetryPolicy {
  return {
    retries: settings.maxRetries,
    backoffMs: (retry) => {
      const exponential = retry <= 1 ? 0 : settings.backoffFactor * 2 ** (retry - 1) * 1000
      const jitter = random() * settings.backoffJitter * 1000
      return Math.round(Math.min(exponential, maxBackoffMs) + jitter)
    },
  }
}

import { retryAfterMs, type RetryPolicy, type Verdict } from '../http/retry.ts'
import { type HttpResult, parseJson } from '../http/transport.ts'

/** Codes that MLflow's own client retries for every method (`mlflow/utils/request_utils.py`). */
const temporary = new Set([408, 429, 500, 502, 503, 504])

/** A page of HTML may be maintenance or a login: not worth the whole series of retries. */
const htmlRetries = 2

/** Which of MLflow's answers are worth another try. */
export function classifyResult(result: HttpResult, now: number): Verdict {
  if (result.kind === 'failure') {
    const permanent = result.reason === 'tls' || result.reason === 'unknown-host'
    return permanent ? { kind: 'final' } : { kind: 'retry', why: result.detail }
  }
  const { status, headers, text } = result
  if (temporary.has(status) && !isPermanent(text)) {
    const waitMs = retryAfterMs(headers, now)
    return {
      kind: 'retry',
      why: `HTTP ${status}`,
      ...(waitMs === undefined ? {} : { waitMs }),
    }
  }
  if (status === 400 && text.includes('QueuePool limit of size')) {
    // MLflow reports its overload as a bad request (measured on 3.17.2).
    return { kind: 'retry', why: 'MLflow is overloaded (database pool exhausted)' }
  }
  if (status >= 200 && status < 300 && parseJson(text) === undefined) {
    return /^\s*</.test(text)
      ? { kind: 'retry', why: 'a page of HTML instead of JSON', atMost: htmlRetries }
      : { kind: 'retry', why: 'an answer that is no whole JSON document' }
  }
  return { kind: 'final' }
}

/** Workspaces switched off (500), and the `--artifacts-only` server (503), stay as they are. */
function isPermanent(text: string): boolean {
  return text.includes('FEATURE_DISABLED') || text.includes('--artifacts-only')
}

/** MLflow's own variables, already validated. Times in seconds, as MLflow has them. */
export type MlflowRetrySettings = {
  readonly maxRetries: number
  readonly backoffFactor: number
  readonly backoffJitter: number
}

/** Longest single back-off, as in urllib3, which MLflow's client uses. */
const longestBackoffMs = 120_000

/** The first retry comes at once, the next after factor × 2, × 4, … seconds; jitter on each. */
export function mlflowRetryPolicy(
  settings: MlflowRetrySettings,
  random: () => number,
): RetryPolicy {
  return {
    retries: settings.maxRetries,
    backoffMs: (retry) => {
      const exponential = retry <= 1 ? 0 : settings.backoffFactor * 2 ** (retry - 1) * 1000
      const jitter = random() * settings.backoffJitter * 1000
      return Math.round(Math.min(exponential, longestBackoffMs) + jitter)
    },
  }
}

import type { Clock } from '../runtime.ts'
import type { HttpResult } from './transport.ts'

/** What a judge says of a result. */
export type Verdict =
  | { readonly kind: 'final' }
  | {
      readonly kind: 'retry'
      /** A few words for the log, e.g. `503 Service Unavailable`. */
      readonly why: string
      /** Fewer retries than the policy allows. */
      readonly atMost?: number
      /** Wait that the server asks for, in milliseconds. */
      readonly waitMs?: number
    }

export type RetryPolicy = {
  /** Tries after the first one. */
  readonly retries: number
  /** Wait before retry number 1, 2, …, in milliseconds. */
  readonly backoffMs: (retry: number) => number
}

/** Waiting that one sync may do in all, for both servers together. */
export type WaitBudget = { remainingMs: number }

export const waitBudgetMs = 5 * 60_000

export function createWaitBudget(): WaitBudget {
  return { remainingMs: waitBudgetMs }
}

export type Retried = {
  readonly result: HttpResult
  readonly tries: number
  /** Set when the server asked for a longer wait than the budget holds: when that wait would end. */
  readonly waitEndsAt?: Date
}

/** Sends until the judge is content, the policy or the budget is used up. */
export async function sendWithRetries(options: {
  readonly send: () => Promise<HttpResult>
  readonly classify: (result: HttpResult) => Verdict
  readonly policy: RetryPolicy
  readonly clock: Clock
  readonly budget: WaitBudget
  readonly onRetry: (why: string, waitMs: number, retry: number) => void
}): Promise<Retried> {
  const { send, classify, policy, clock, budget, onRetry } = options
  for (let tries = 1; ; tries += 1) {
    const result = await send()
    const verdict = classify(result)
    if (verdict.kind === 'final') return { result, tries }
    if (tries > Math.min(policy.retries, verdict.atMost ?? Infinity)) return { result, tries }
    const waitMs = Math.max(verdict.waitMs ?? 0, policy.backoffMs(tries))
    if (waitMs > budget.remainingMs) {
      const asked = verdict.waitMs !== undefined && verdict.waitMs >= waitMs
      return { result, tries, ...(asked ? { waitEndsAt: new Date(clock.now() + waitMs) } : {}) }
    }
    budget.remainingMs -= waitMs
    onRetry(verdict.why, waitMs, tries)
    await clock.sleep(waitMs)
  }
}

/** `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110, 10.2.3). */
export function retryAfterMs(
  headers: Readonly<Record<string, string>>,
  now: number,
): number | undefined {
  const value = headers['retry-after']?.trim()
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

import type { Clock } from '../core/runtime.ts'
import type { HttpResult } from './transport.ts'

/** Whether a result is final or the request is sent again. */
export type RetryDecision =
  | { readonly kind: 'final' }
  | {
      readonly kind: 'retry'
      /** For the log, e.g. `HTTP 503`. */
      readonly reason: string
      /** Lowers the policy's number of retries. */
      readonly maxRetries: number | undefined
      /** Minimum wait that the server asks for, in milliseconds. */
      readonly waitMs: number | undefined
    }

/** A decision to send the request again. */
export function retry(
  reason: string,
  limits: { readonly waitMs?: number | undefined; readonly maxRetries?: number } = {},
): RetryDecision {
  return { kind: 'retry', reason, maxRetries: limits.maxRetries, waitMs: limits.waitMs }
}

export type RetryPolicy = {
  /** Maximum number of tries after the first one. */
  readonly retries: number
  /** Wait before retry number 1, 2, …, in milliseconds. */
  readonly backoffMs: (retry: number) => number
  /**
   * Until there has been a connection to the server, no try begins later than this after the first
   * one, in milliseconds: the address is probably wrong.
   */
  readonly firstContactMs: number
}

/** Enough for a server that is just being restarted: about 30 s of waiting. */
export const firstContactMs = 40_000

/** The policy of `mode: check`, where somebody waits for the answer. */
export function atMostOneRetry(policy: RetryPolicy): RetryPolicy {
  return { ...policy, retries: Math.min(policy.retries, 1) }
}

/** Whether there has been a connection to a server since the job began. */
export type Contact = { made: boolean }

/**
 * Time that one sync can still spend on tries that fail and on waiting between them, for both servers
 * together.
 */
export type WaitBudget = { remainingMs: number }

const waitBudgetMs = 5 * 60_000

export function createWaitBudget(): WaitBudget {
  return { remainingMs: waitBudgetMs }
}

/** How a request ended after its last try. */
export type RetryOutcome = {
  readonly result: HttpResult
  readonly tries: number
  /** Set if the server asked for a longer wait than the budget allows: when that wait would end. */
  readonly retryAllowedAt: Date | undefined
}

/** Retries until the result is final or the policy's retries or the budget are used up. */
export async function sendWithRetries(options: {
  /** @param tries number of this try, counted from 1. */
  readonly send: (tries: number) => Promise<HttpResult>
  readonly classify: (result: HttpResult) => RetryDecision
  readonly policy: RetryPolicy
  readonly clock: Clock
  readonly budget: WaitBudget
  readonly contact: Contact
  readonly onRetry: (reason: string, waitMs: number, retry: number) => void
}): Promise<RetryOutcome> {
  const { send, classify, policy, clock, budget, contact, onRetry } = options
  const firstTryAt = clock.now()
  for (let tries = 1; ; tries += 1) {
    const startedAt = clock.now()
    const result = await send(tries)
    contact.made ||= result.kind === 'response' || result.connected
    const decision = classify(result)
    if (decision.kind === 'final') return { result, tries, retryAllowedAt: undefined }
    if (tries > Math.min(policy.retries, decision.maxRetries ?? Infinity)) {
      return { result, tries, retryAllowedAt: undefined }
    }
    budget.remainingMs -= clock.now() - startedAt
    const waitMs = Math.max(decision.waitMs ?? 0, policy.backoffMs(tries))
    if (!contact.made && clock.now() + waitMs > firstTryAt + policy.firstContactMs) {
      return { result, tries, retryAllowedAt: undefined }
    }
    if (waitMs > budget.remainingMs) {
      const serverAsked = decision.waitMs !== undefined && decision.waitMs >= waitMs
      return {
        result,
        tries,
        retryAllowedAt: serverAsked ? new Date(clock.now() + waitMs) : undefined,
      }
    }
    budget.remainingMs -= waitMs
    onRetry(decision.reason, waitMs, tries)
    await clock.sleep(waitMs)
  }
}

/** A year. The time when a longer wait ends may not be a valid date. */
const maxRetryAfterMs = 31_536_000_000

/** Converts `Retry-After` (seconds or an HTTP date, RFC 9110 section 10.2.3) to milliseconds. */
export function retryAfterMs(
  headers: Readonly<Record<string, string>>,
  now: number,
): number | undefined {
  const value = headers['retry-after']?.trim()
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1000, maxRetryAfterMs)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

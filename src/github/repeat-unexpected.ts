import type { FetchOptions } from './fetch.ts'
import { UnexpectedResponse } from './unexpected-response.ts'

/** A server that is just being replaced soon makes sense again; a proxy never does. */
const maxRepeats = 2

/**
 * Sends a request that is safe to repeat again after an unexpected response. Only a schema can tell
 * such a response, so this is not among the retries of the transport, which end with any response
 * that is complete.
 */
export async function repeatUnexpected<T>(
  { policy, clock, budget, log }: FetchOptions,
  isRepeatable: boolean,
  send: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send()
    } catch (error) {
      if (!(error instanceof UnexpectedResponse)) throw error
      const waitMs = policy.backoffMs(tries)
      const remaining = budget()
      const isLast = tries > Math.min(policy.retries, maxRepeats) || waitMs > remaining.remainingMs
      if (!isRepeatable || isLast) throw error.error
      remaining.remainingMs -= waitMs
      log.info(`GitHub: ${error.message}; retry ${tries} in ${(waitMs / 1000).toFixed(1)} s`)
      await clock.sleep(waitMs)
    }
  }
}

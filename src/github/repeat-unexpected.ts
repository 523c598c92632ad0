import type { GitHubError } from '../core/errors.ts'
import type { FetchOptions } from './fetch.ts'

/** A complete response that is neither what was asked for nor a refusal. */
export class UnexpectedResponse extends Error {
  /** What to report if there is no better response. */
  readonly error: GitHubError

  constructor(error: GitHubError) {
    super(error.message)
    this.error = error
  }
}

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
      const isLast = tries > maxRepeats || waitMs > remaining.remainingMs
      if (!isRepeatable || isLast) throw error.error
      remaining.remainingMs -= waitMs
      log.info(`GitHub: ${error.message}; retry ${tries} in ${(waitMs / 1000).toFixed(1)} s`)
      await clock.sleep(waitMs)
    }
  }
}

import { GitHubError, SyncError } from '../core/errors.ts'
import type { Clock } from '../core/runtime.ts'

const maxAttempts = 5

/** Up to 1, 2, 4, 8 s, with enough jitter that colliding jobs do not collide again. */
function backoffMs(attempt: number, random: number): number {
  return Math.round(1000 * 2 ** (attempt - 1) * (0.25 + 0.75 * random))
}

/**
 * Repeats an attempt to read, plan and write if the branch moved in the meantime or the response to a
 * write was lost. In the latter case reading again shows whether the write succeeded.
 *
 * @throws SyncError after five attempts.
 */
export async function retryWhenBranchMoves<T>(
  attempt: () => Promise<T>,
  options: {
    /** For the error message; undefined while the default branch's name is not known. */
    readonly branchName: () => string | undefined
    readonly clock: Clock
    readonly info: (line: string) => void
  },
): Promise<T> {
  const { branchName, clock, info } = options
  let mayHaveWritten = false
  for (let number = 1; ; number += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof GitHubError) || !isWorthAnotherAttempt(error)) throw error
      mayHaveWritten ||= error.outcomeUnknown
      if (number === maxAttempts) {
        const name = branchName()
        throw new SyncError(
          `Could not write to ${name === undefined ? 'the default branch' : `branch ${name}`} in ${maxAttempts} attempts: ${error.message}`,
          {
            advice: mayHaveWritten
              ? "A write may have succeeded, see the branch's history. The next run will catch up in any case."
              : 'Nothing was written. The next run will catch up; many jobs at once? Give them one concurrency group.',
            cause: error,
          },
        )
      }
      const waitMs = backoffMs(number, clock.random())
      info(
        `${error.message}; reading again in ${(waitMs / 1000).toFixed(1)} s (${number + 1} of ${maxAttempts})`,
      )
      await clock.sleep(waitMs)
    }
  }
}

function isWorthAnotherAttempt({ reason, outcomeUnknown }: GitHubError): boolean {
  return reason === 'branch-moved' || outcomeUnknown
}

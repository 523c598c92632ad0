import { GitHubError, SyncError } from '../errors.ts'
import type { Clock } from '../runtime.ts'

const maxAttempts = 5

/** Wait before the next attempt: up to 1, 2, 4, 8 s, so that jobs that collide part. */
function waitMs(attempt: number, random: number): number {
  return Math.round(1000 * 2 ** (attempt - 1) * (0.25 + 0.75 * random))
}

/**
 * Reads, plans and writes; starts again when the branch moved in between, or when the response to a
 * write was lost: reading again tells whether it was made.
 *
 * @throws SyncError when that happened five times.
 */
export async function retryWhenBranchMoves<T>(
  attempt: () => Promise<T>,
  options: {
    /** Undefined: the default branch. */
    readonly branch: string | undefined
    readonly clock: Clock
    readonly info: (line: string) => void
  },
): Promise<T> {
  const { branch, clock, info } = options
  for (let number = 1; ; number += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof GitHubError) || !isWorthAnotherAttempt(error)) throw error
      if (number === maxAttempts) {
        throw new SyncError(
          `Could not write to ${branch === undefined ? 'the default branch' : `branch ${branch}`} in ${maxAttempts} attempts: ${error.message}`,
          {
            advice:
              'Nothing was written. The next run will catch up; many jobs at once? Give them one concurrency group.',
            cause: error,
          },
        )
      }
      const wait = waitMs(number, clock.random())
      info(
        `${error.message}; reading again in ${(wait / 1000).toFixed(1)} s (${number + 1} of ${maxAttempts})`,
      )
      await clock.sleep(wait)
    }
  }
}

function isWorthAnotherAttempt({ reason, outcomeUnknown }: GitHubError): boolean {
  return reason === 'branch-moved' || outcomeUnknown
}

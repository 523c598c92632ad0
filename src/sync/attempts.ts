import { GitHubError, SyncError } from '../core/errors.ts'
import type { Clock } from '../core/runtime.ts'

const maxAttempts = 5

/** Up to 1, 2, 4, 8, 16 s, with enough jitter that colliding jobs do not collide again. */
function backoffMs(attempt: number, random: number): number {
  return Math.round(1000 * 2 ** (attempt - 1) * (0.25 + 0.75 * random))
}

export type AttemptOptions<T> = {
  /** For the error message; undefined while the default branch's name is not known. */
  readonly branchName: () => string | undefined
  /** The result of a failed write that was carried out all the same; see `Writer`. */
  readonly settle: () => Promise<T | undefined>
  readonly clock: Clock
  readonly info: (line: string) => void
}

/**
 * Repeats an attempt to read, plan and write if the branch moved in the meantime or the response to a
 * write was lost. In the latter case reading again shows whether the write succeeded. No failure is
 * final before that question has been asked.
 *
 * @throws SyncError after five attempts.
 */
export async function retryWhenBranchMoves<T>(
  attempt: () => Promise<T>,
  options: AttemptOptions<T>,
): Promise<T> {
  const { branchName, settle, clock, info } = options
  let mayHaveWritten = false
  for (let number = 1; ; number += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error
      mayHaveWritten ||= error.outcomeUnknown
      const isWorthAnother = error.reason === 'branch-moved' || error.outcomeUnknown
      if (isWorthAnother) {
        const waitMs = backoffMs(number, clock.random())
        const next = number === maxAttempts ? 'last look' : `${number + 1} of ${maxAttempts}`
        info(`${error.message}; reading again in ${(waitMs / 1000).toFixed(1)} s (${next})`)
        await clock.sleep(waitMs)
        if (number < maxAttempts) continue
      }
      const settled = await settle().catch(ignoreGitHubError)
      if (settled !== undefined) return settled
      if (isWorthAnother) throw gaveUp(error, branchName(), mayHaveWritten)
      throw mayHaveWritten ? withDoubt(error) : error
    }
  }
}

/** If GitHub cannot be asked, the error of the write is what matters. */
function ignoreGitHubError(error: unknown): undefined {
  if (!(error instanceof GitHubError)) throw error
  return undefined
}

const doubt =
  "A write may have succeeded, see the branch's history. The next run will catch up in any case."

/** An error of a later attempt, after a write whose outcome is not known. */
function withDoubt({ message, advice = '', cause }: GitHubError): SyncError {
  return new SyncError(message, { advice: `${advice} ${doubt}`.trim(), cause })
}

function gaveUp(
  error: GitHubError,
  branch: string | undefined,
  mayHaveWritten: boolean,
): SyncError {
  const name = branch === undefined ? 'the default branch' : `branch ${branch}`
  return new SyncError(`Could not write to ${name} in ${maxAttempts} attempts: ${error.message}`, {
    advice: mayHaveWritten
      ? doubt
      : 'Nothing was written. The next run will catch up; many jobs at once? Give them one concurrency group.',
    cause: error,
  })
}

import { ActionError, GitHubError, SyncError } from '../core/errors.ts'
import type { Clock } from '../core/runtime.ts'
import { prose } from '../core/text/prose.ts'

const defaultAttempts = 5

/** Up to 1, 2, 4, 8, 16 s: also long enough for a commit that becomes visible late. */
function longestWaitMs(attempt: number): number {
  return 1000 * 2 ** (attempt - 1)
}

const longestWaitAfterRaceMs = 60_000

/**
 * Attempts collide if they overlap, so jobs that race have to spread out over a multiple of the time
 * that an attempt takes: up to 6, 18, 54 times as long, and a minute at most. Simulated with eight jobs
 * that start at once and take a second, one of them gives up in one race of a thousand. The first wait is
 * short, because most often there was a single push.
 */
function longestWaitAfterRace(attempt: number, attemptMs: number): number {
  if (attempt === 1) return longestWaitMs(attempt)
  const longest = 2 * attemptMs * 3 ** (attempt - 1)
  return Math.min(Math.max(longest, longestWaitMs(attempt)), longestWaitAfterRaceMs)
}

/** Enough jitter that colliding jobs do not collide again. */
function jitter(longestMs: number, random: number): number {
  return Math.round(longestMs * (0.25 + 0.75 * random))
}

export type AttemptOptions<T> = {
  /** Five unless given. */
  readonly maxAttempts?: number
  /** For the error message; undefined while the default branch's name is not known. */
  readonly branchName: () => string | undefined
  /** The result of a failed write that was carried out all the same; see `Writer`. */
  readonly settle: () => Promise<T | undefined>
  /** Adds the error of a later attempt to the result of an earlier write. */
  readonly withError: (result: T, error: ActionError) => T
  readonly clock: Clock
  readonly info: (line: string) => void
}

/**
 * Repeats an attempt to read, plan and write if the branch moved in the meantime or the response to a
 * write was lost. In the latter case reading again shows whether the write succeeded. No failure is
 * final before that question has been asked.
 *
 * @throws SyncError after the last attempt.
 */
export async function retryWhenBranchMoves<T>(
  attempt: () => Promise<T>,
  options: AttemptOptions<T>,
): Promise<T> {
  const { maxAttempts = defaultAttempts, branchName, settle, withError, clock, info } = options
  let mayHaveWritten = false
  for (let number = 1; ; number += 1) {
    const startedAt = clock.now()
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof ActionError)) throw error
      const hadWritten = mayHaveWritten
      const isWorthAnother = isTransient(error)
      mayHaveWritten ||= isWorthAnother && error.outcomeUnknown
      const isLast = number === maxAttempts
      if (isWorthAnother && (mayHaveWritten || !isLast)) {
        const longestMs =
          error.reason === 'branch-moved'
            ? longestWaitAfterRace(number, clock.now() - startedAt)
            : longestWaitMs(number)
        const waitMs = jitter(longestMs, clock.random())
        const next = isLast ? 'last look' : `${number + 1} of ${maxAttempts}`
        info(`${error.message}; reading again in ${(waitMs / 1000).toFixed(1)} s (${next})`)
        await clock.sleep(waitMs)
      }
      const settled = await settle().catch(ignoreActionError)
      if (settled !== undefined) {
        // Reading again for another attempt has found a problem that the write did not have.
        return hadWritten && !isWorthAnother ? withError(settled, error) : settled
      }
      if (isWorthAnother && !isLast) continue
      if (isWorthAnother) throw gaveUp(error, branchName(), maxAttempts, mayHaveWritten)
      throw error
    }
  }
}

function isTransient(error: ActionError): error is GitHubError {
  return error instanceof GitHubError && (error.reason === 'branch-moved' || error.outcomeUnknown)
}

/** If GitHub cannot be asked, the error of the attempt is what matters. */
function ignoreActionError(error: unknown): undefined {
  if (!(error instanceof ActionError)) throw error
  return undefined
}

function gaveUp(
  error: GitHubError,
  branch: string | undefined,
  maxAttempts: number,
  mayHaveWritten: boolean,
): SyncError {
  const name = branch === undefined ? prose`the default branch` : prose`branch \`${branch}\``
  return new SyncError(
    prose`Could not write to ${name} in ${maxAttempts} attempts: ${error.text}`,
    {
      advice: mayHaveWritten
        ? undefined // The job says that a write may have succeeded.
        : prose`The next run will catch up. If several jobs write to this branch at the same time, let fewer of them run at once: with the same \`concurrency\` group, or with \`max-parallel\` in a matrix.`,
      cause: error,
    },
  )
}

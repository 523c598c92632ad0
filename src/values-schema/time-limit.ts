import { createContext, Script } from 'node:vm'

/** It took longer than the time limit. */
export class TimeLimitError extends Error {}

/** Time that may be lost to slow work, however much of it there is. */
export class TimeBudget {
  #left: number
  readonly #now: () => number

  constructor(milliseconds: number, now: () => number = () => performance.now()) {
    this.#left = milliseconds
    this.#now = now
  }

  get isSpent(): boolean {
    return this.#left <= 0
  }

  /** Does some work, of which the first milliseconds cost nothing. */
  spend<T>(free: number, work: () => T): T {
    const start = this.#now()
    try {
      return work()
    } finally {
      this.#left -= Math.max(this.#now() - start - free, 0)
    }
  }
}

/**
 * For all schemas and files of a sync. Not only those that reach their limit count: a thousand files
 * that nearly do would take a quarter of an hour.
 */
const lostTimeMs = 10_000

export function createTimeBudget(): TimeBudget {
  return new TimeBudget(lostTimeMs)
}

const call = new Script('work()')

/**
 * Runs a function, and ends it when the time is up, whatever it is doing: a regular expression that
 * backtracks forever, too. `node:vm` interrupts everything that a script calls.
 *
 * @throws TimeLimitError
 */
export function withTimeLimit<T>(milliseconds: number, work: () => T): T {
  let result: { readonly value: T } | undefined
  const context = createContext({
    work: () => {
      result = { value: work() }
    },
  })
  try {
    call.runInContext(context, { timeout: milliseconds })
  } catch (error) {
    throw isTimeout(error) ? new TimeLimitError() : error
  }
  if (result === undefined) throw new TimeLimitError()
  return result.value
}

function isTimeout(error: unknown): boolean {
  // The error is one of the script's context, and so not an instance of this one's `Error`.
  const code = 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code
}

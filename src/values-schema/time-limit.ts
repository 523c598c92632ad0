import { createContext, Script } from 'node:vm'

/** It took longer than the time limit. */
export class TimeLimitError extends Error {}

/** Time that may be lost to work that does not end, however much of it there is. */
export class TimeBudget {
  #left: number

  constructor(milliseconds: number) {
    this.#left = milliseconds
  }

  get isSpent(): boolean {
    return this.#left <= 0
  }

  spend(milliseconds: number): void {
    this.#left -= milliseconds
  }
}

/** For all files of a sync that reach their limit: a thousand of them would take a quarter of an hour. */
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

import { isCertainRefusal } from '../core/errors.ts'

/**
 * Whether something was changed on GitHub; `unknown` if only a response can tell, which is missing, and
 * `more-unknown` if an earlier write was made.
 */
export type WriteState = 'none' | 'unknown' | 'done' | 'more-unknown'

export type WriteTracker = {
  /** Runs a write, and remembers what became of it. */
  readonly track: <T>(write: () => Promise<T>) => Promise<T>
  /** The state of all writes so far, including one that is still in flight. */
  readonly state: () => WriteState
}

export function createWriteTracker(): WriteTracker {
  let state: WriteState = 'none'
  return {
    track: async (write) => {
      const before = state
      state = before === 'done' || before === 'more-unknown' ? 'more-unknown' : 'unknown'
      try {
        const result = await write()
        state = 'done'
        return result
      } catch (error) {
        if (isCertainRefusal(error)) state = before
        throw error
      }
    },
    state: () => state,
  }
}

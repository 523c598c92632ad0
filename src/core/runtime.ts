import type { Phase } from './result.ts'

/** Time and randomness, passed in so that tests can control them. */
export type Clock = {
  /** Milliseconds since 1970, UTC. */
  readonly now: () => number
  /** Rejects when the job is cancelled or the signal is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  /** A number in [0, 1). */
  readonly random: () => number
}

/** The job's log. Lines may contain untrusted text. */
export type Log = Readonly<Record<'debug' | 'info' | 'warn', (line: string) => void>>

/**
 * Says how far long work is, at most every few seconds.
 *
 * @param total undefined while it is not known.
 */
export type ReportProgress = (
  verb: string,
  done: number,
  total: number | undefined,
  noun: string,
) => void

/**
 * Measures the phases of a job. Measurements of the same phase are added up; phases may overlap.
 */
export type Stopwatch = {
  readonly measure: <T>(name: string, work: () => Promise<T>) => Promise<T>
  readonly phases: () => Phase[]
}

/** @param now milliseconds since an arbitrary point in time. */
export function createStopwatch(now: () => number): Stopwatch {
  const durations = new Map<string, number>()
  return {
    measure: async (name, work) => {
      const startedAt = now()
      // Phases are in the order in which they begin.
      durations.set(name, durations.get(name) ?? 0)
      try {
        return await work()
      } finally {
        durations.set(name, (durations.get(name) ?? 0) + now() - startedAt)
      }
    },
    phases: () =>
      [...durations].map(([name, milliseconds]) => ({
        name,
        milliseconds: Math.round(milliseconds),
      })),
  }
}

import type { Phase } from './core/result.ts'

/** Time and chance, passed in so that everything else stays a function of its arguments. */
export type Clock = {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Rejects when the job is cancelled. */
  readonly sleep: (ms: number) => Promise<void>
  /** A number in [0, 1). */
  readonly random: () => number
}

/** Where the job reports what it does. Lines may hold untrusted text. */
export type Log = Readonly<Record<'debug' | 'info' | 'warn', (line: string) => void>>

/** Measures the phases of a job. A phase that is measured again is added to the first. */
export type Stopwatch = {
  readonly measure: <T>(name: string, work: () => Promise<T>) => Promise<T>
  readonly phases: () => Phase[]
}

/** `now` in milliseconds, from any starting point. */
export function createStopwatch(now: () => number): Stopwatch {
  const spent = new Map<string, number>()
  return {
    measure: async (name, work) => {
      const started = now()
      try {
        return await work()
      } finally {
        spent.set(name, (spent.get(name) ?? 0) + now() - started)
      }
    },
    phases: () =>
      [...spent].map(([name, milliseconds]) => ({ name, milliseconds: Math.round(milliseconds) })),
  }
}

import type { JobResult } from './result.ts'

export type Phase = JobResult['phases'][number]

/** Measures the phases of a job; a phase that comes again is added to the first. */
export type Stopwatch = {
  readonly measure: <T>(name: string, work: () => Promise<T>) => Promise<T>
  readonly phases: () => Phase[]
}

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

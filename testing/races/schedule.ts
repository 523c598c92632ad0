import type { Fault, Matcher, RecordedRequest } from '../github/faults.ts'
import type { GitHub } from '../github/server.ts'

/** Something that happens before a request, or to it. */
export type Disturbance = {
  /** Number of the request, from 1. */
  readonly before: number
  readonly run: (request: string) => Promise<void>
  /** What becomes of the request itself; undefined: it is carried out as usual. */
  readonly fault: Extract<Fault['kind'], 'lose-response' | 'drop' | 'truncate'> | undefined
}

/**
 * Carries out disturbances while something sends requests to the stand-in. Requests that arrive while
 * a disturbance runs, which may be a sync of its own, do not count.
 *
 * @returns how many requests counted. Disturbances before later requests have run at the end.
 */
export async function disturb(
  github: GitHub,
  disturbances: readonly Disturbance[],
  run: () => Promise<void>,
): Promise<number> {
  let requests = 0
  let isPaused = false
  const dueNow = (): Disturbance[] => disturbances.filter(({ before }) => before === requests)

  github.inject(
    {
      kind: 'run-before',
      run: async () => {
        const due = dueNow().filter(({ fault }) => fault === undefined)
        const request = github.requests.at(-1)
        isPaused = true
        for (const disturbance of due) await disturbance.run(request ? describe(request) : '')
        isPaused = false
      },
    },
    {
      times: Infinity,
      match: () => {
        if (isPaused) return false
        requests += 1
        return dueNow().some(({ fault }) => fault === undefined)
      },
    },
  )
  for (const { before, fault, run: runFault } of disturbances) {
    if (fault === undefined) continue
    const match: Matcher = (request) => {
      const isDue = !isPaused && requests === before
      if (isDue) void runFault(describe(request))
      return isDue
    }
    github.inject({ kind: fault }, { match })
  }
  try {
    await run()
  } finally {
    github.clearFaults()
  }
  for (const { before, run: runLate } of disturbances) {
    if (before > requests) await runLate('the end')
  }
  return requests
}

function describe({ operation, method, path }: RecordedRequest): string {
  return operation ?? `${method} ${path.replace(/^\/repos\/[^/]+\/[^/]+/, '')}`
}

import type { Clock, Log, ReportProgress } from './runtime.ts'
import { grouped, groupedPlural } from './text/format.ts'

/** The log has a line at least this often while there is work. */
const maxSilenceMs = 5000

/** What long work says about itself, and everything that it has to know for that. */
export type Progress = {
  readonly report: ReportProgress
  /** Has to be called about every second: one request can take longer than the log may be silent. */
  readonly tick: () => void
  /** The log, watched: after any of its lines, progress is silent for a while. */
  readonly log: Log
  /** The clock, watched: a wait is announced when it begins. */
  readonly clock: Clock
}

type Work = { readonly text: string; readonly reportedAt: number }

export function createProgress(clock: Clock, log: Log): Progress {
  let work: Work | undefined
  let lastLineAt = clock.now()
  let waits = 0

  const isDue = (): boolean => clock.now() - lastLineAt >= maxSilenceMs
  const say = (line: string): void => {
    lastLineAt = clock.now()
    log.info(line)
  }

  return {
    report: (verb, done, total, noun) => {
      const now = clock.now()
      work = { text: describe(verb, done, total, noun), reportedAt: now }
      if (done > 0 && isDue()) say(work.text)
    },
    tick: () => {
      if (work === undefined || waits > 0 || !isDue()) return
      const age = clock.now() - work.reportedAt
      const isStale = age >= maxSilenceMs
      say(isStale ? `${work.text}, nothing new for ${Math.round(age / 1000)} s` : work.text)
    },
    log: {
      debug: log.debug,
      info: say,
      warn: (line) => {
        lastLineAt = clock.now()
        log.warn(line)
      },
    },
    clock: {
      ...clock,
      sleep: async (ms) => {
        waits += 1
        try {
          await clock.sleep(ms)
        } finally {
          waits -= 1
          lastLineAt = clock.now()
        }
      },
    },
  }
}

/** `rendered 2,000 of 9,800 files`, or without a total `read 12,000 model versions so far`. */
function describe(verb: string, done: number, total: number | undefined, noun: string): string {
  return total === undefined
    ? `${verb} ${groupedPlural(done, noun)} so far`
    : `${verb} ${grouped(done)} of ${groupedPlural(total, noun)}`
}

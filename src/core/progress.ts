import type { Clock, Log, ReportProgress } from './runtime.ts'
import { grouped, groupedPlural } from './text/format.ts'

/** The log has a line at least this often while there is work. */
const maxSilenceMs = 5000

/** A wait of known length has a line at least this often. */
const maxWaitSilenceMs = 10_000

/** What long work says about itself, and everything that it has to know for that. */
export type Progress = {
  readonly report: ReportProgress
  /** Says that a request has been sent to a server; the result says that it has ended. */
  readonly watchRequest: (name: string) => () => void
  /** Has to be called about every second: one request can take longer than the log may be silent. */
  readonly tick: () => void
  /** The log, watched: after any of its lines, progress is silent for a while. */
  readonly log: Log
  /** The clock, watched: during a wait, the log says how long it still takes. */
  readonly clock: Clock
  /** The same clock for waits without work, between two rounds. */
  readonly idleClock: Clock
}

type Work = { readonly text: string; readonly hasBegun: boolean; readonly reportedAt: number }

export function createProgress(clock: Clock, log: Log): Progress {
  let work: Work | undefined
  let lastLineAt = clock.now()
  let isIdle = false
  /** More than one if both servers have to be waited for. */
  const waits = new Set<{ readonly endsAt: number }>()
  const requests = new Map<symbol, { readonly name: string; readonly since: number }>()

  const say = (line: string): void => {
    lastLineAt = clock.now()
    log.info(line)
  }
  const tick = (): void => {
    const now = clock.now()
    const silence = now - lastLineAt
    if (isIdle) return
    if (waits.size > 0) {
      const endsAt = Math.max(...[...waits].map((wait) => wait.endsAt))
      const left = Math.round((endsAt - now) / 1000)
      if (silence >= maxWaitSilenceMs && left > 0) say(`still waiting, ${left} s left`)
      return
    }
    if (silence < maxSilenceMs) return
    const [oldest] = requests.values()
    const news = work !== undefined && now - work.reportedAt < maxSilenceMs ? work : undefined
    const waited = oldest === undefined ? 0 : now - oldest.since
    if (oldest !== undefined && (waited >= maxSilenceMs || news?.hasBegun !== true)) {
      say(`waiting for ${oldest.name}, ${Math.round(waited / 1000)} s so far`)
    } else if (news !== undefined) {
      say(news.text)
    }
  }

  return {
    report: (verb, done, total, noun) => {
      const now = clock.now()
      work = { text: describe(verb, done, total, noun), hasBegun: done > 0, reportedAt: now }
      if (done > 0 && now - lastLineAt >= maxSilenceMs) say(work.text)
    },
    watchRequest: (name) => {
      const key = Symbol(name)
      requests.set(key, { name, since: clock.now() })
      return () => requests.delete(key)
    },
    tick,
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
      sleep: async (ms, signal) => {
        const wait = { endsAt: clock.now() + ms }
        waits.add(wait)
        try {
          await clock.sleep(ms, signal)
        } finally {
          waits.delete(wait)
        }
      },
    },
    idleClock: {
      ...clock,
      sleep: async (ms, signal) => {
        isIdle = true
        try {
          await clock.sleep(ms, signal)
        } finally {
          isIdle = false
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

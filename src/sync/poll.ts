import { mergeResults } from '../core/merge.ts'
import type { SyncResult } from '../core/result.ts'
import type { Clock } from '../core/runtime.ts'

export type PollOptions = {
  readonly intervalMs: number
  /** 0 means a single sync. */
  readonly durationMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly info: (line: string) => void
  /** Called when a round of several ends, with its number, counted from 1. */
  readonly onRound: (round: SyncResult, number: number) => void
}

/**
 * Syncs every interval until the duration is over, at least once, and merges the results of all
 * rounds. After a failed round the next one still runs.
 */
export async function poll(
  sync: () => Promise<SyncResult>,
  options: PollOptions,
): Promise<SyncResult> {
  const { intervalMs, durationMs, clock, signal, info, onRound } = options
  const endsAt = clock.now() + durationMs
  let job: SyncResult | undefined
  for (let number = 1; ; number += 1) {
    const startedAt = clock.now()
    const round = await sync()
    job = job === undefined ? round : mergeResults(job, round)
    if (durationMs === 0) return job
    onRound(round, number)
    if (signal.aborted) return job
    const nextAt = Math.max(startedAt + intervalMs, clock.now())
    if (nextAt >= endsAt) return job
    info(nextRoundLine(nextAt, clock.now()))
    if (!(await sleepUnlessCancelled(clock, nextAt - clock.now()))) return job
  }
}

/** With the time of day, because nobody knows when the line was written. */
function nextRoundLine(nextAt: number, now: number): string {
  const time = new Date(nextAt).toISOString().slice(11, 19)
  return `The next round begins in ${((nextAt - now) / 1000).toFixed(0)} s, at ${time} UTC`
}

/** Resolves to false if the job was cancelled in the meantime. */
function sleepUnlessCancelled(clock: Clock, ms: number): Promise<boolean> {
  return clock.sleep(ms).then(
    () => true,
    () => false,
  )
}

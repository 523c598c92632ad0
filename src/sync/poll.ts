import { mergeResults } from '../core/merge.ts'
import type { SyncResult } from '../core/result.ts'
import type { Clock } from '../core/runtime.ts'
import { joinSentences, plain } from '../core/text/prose.ts'

export type PollOptions = {
  readonly intervalMs: number
  /** 0 means a single sync. */
  readonly durationMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: { readonly info: (line: string) => void; readonly warn: (line: string) => void }
}

/**
 * Syncs every interval until the duration is over, at least once, and merges the results of all
 * rounds. A failed round is logged immediately; the next one still runs.
 */
export async function poll(
  sync: () => Promise<SyncResult>,
  options: PollOptions,
): Promise<SyncResult> {
  const { intervalMs, durationMs, clock, signal, log } = options
  const endsAt = clock.now() + durationMs
  let job: SyncResult | undefined
  for (;;) {
    const startedAt = clock.now()
    const round = await sync()
    job = job === undefined ? round : mergeResults(job, round)
    if (durationMs === 0 || signal.aborted) return job
    if (round.error !== undefined) {
      const { message, advice = [] } = round.error
      log.warn(`This round failed: ${plain(joinSentences([message, advice]))}`)
    }
    const nextAt = Math.max(startedAt + intervalMs, clock.now())
    if (nextAt >= endsAt) return job
    log.info(`The next round begins in ${((nextAt - clock.now()) / 1000).toFixed(0)} s`)
    if (!(await sleepUnlessCancelled(clock, nextAt - clock.now()))) return job
  }
}

/** Resolves to false if the job was cancelled in the meantime. */
function sleepUnlessCancelled(clock: Clock, ms: number): Promise<boolean> {
  return clock.sleep(ms).then(
    () => true,
    () => false,
  )
}

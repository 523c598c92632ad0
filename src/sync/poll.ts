import { mergeResults } from '../core/merge.ts'
import type { SyncResult } from '../core/result.ts'
import type { Clock } from '../runtime.ts'

export type PollOptions = {
  readonly intervalMs: number
  /** 0: one sync. */
  readonly durationMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: { readonly info: (line: string) => void; readonly warn: (line: string) => void }
}

/**
 * Syncs once, then again every interval until the duration is over, and adds the rounds up. An error
 * of one round is reported at once and does not keep the next one from running.
 */
export async function poll(
  sync: () => Promise<SyncResult>,
  options: PollOptions,
): Promise<SyncResult> {
  const { intervalMs, durationMs, clock, signal, log } = options
  const end = clock.now() + durationMs
  let job: SyncResult | undefined
  for (;;) {
    const started = clock.now()
    const round = await sync()
    job = job === undefined ? round : mergeResults(job, round)
    if (durationMs === 0 || signal.aborted) return job
    if (round.error !== undefined) {
      log.warn(`This round failed: ${round.error.message} ${round.error.advice ?? ''}`.trim())
    }
    const next = Math.max(started + intervalMs, clock.now())
    if (next >= end) return job
    log.info(`The next round begins in ${((next - clock.now()) / 1000).toFixed(0)} s`)
    if (!(await sleeps(clock, next - clock.now()))) return job
  }
}

/** False when the job was cancelled meanwhile. */
function sleeps(clock: Clock, ms: number): Promise<boolean> {
  return clock.sleep(ms).then(
    () => true,
    () => false,
  )
}

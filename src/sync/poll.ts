import { ActionError } from '../errors.ts'
import type { Clock } from '../http/retry.ts'
import { mergeEntries } from '../report/merge.ts'
import type { SyncOutcome } from './job.ts'

/** The rounds of one job, added up. */
export type JobOutcome = {
  /** What the rounds that ended did; undefined when none did. */
  readonly outcome: SyncOutcome | undefined
  /** Of the last round, if it failed. */
  readonly error: ActionError | undefined
  /** Errors of earlier rounds, which a later one made good. */
  readonly recovered: readonly ActionError[]
}

export type PollOptions = {
  readonly intervalMs: number
  /** 0: one sync. */
  readonly durationMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: { readonly info: (line: string) => void; readonly warn: (line: string) => void }
}

/**
 * Syncs once, then again every interval until the duration is over. An error of one round is
 * reported at once and does not keep the next one from running.
 */
export async function poll(
  sync: () => Promise<SyncOutcome>,
  options: PollOptions,
): Promise<JobOutcome> {
  const { intervalMs, durationMs, clock, signal, log } = options
  const end = clock.now() + durationMs
  let job: JobOutcome = { outcome: undefined, error: undefined, recovered: [] }
  for (;;) {
    const started = clock.now()
    job = addRound(job, await attempt(sync))
    if (durationMs === 0 || signal.aborted) return job
    if (job.error !== undefined) {
      log.warn(`This round failed: ${job.error.message} ${job.error.advice ?? ''}`.trim())
    }
    const next = Math.max(started + intervalMs, clock.now())
    if (next >= end) return job
    log.info(`The next round begins in ${((next - clock.now()) / 1000).toFixed(0)} s`)
    const slept = await clock.sleep(next - clock.now()).then(
      () => true,
      () => false,
    )
    if (!slept) return job
  }
}

type Round = { readonly outcome: SyncOutcome } | { readonly error: ActionError }

/** Only what the action raises on purpose is one round's matter; anything else is a fault of its own. */
async function attempt(sync: () => Promise<SyncOutcome>): Promise<Round> {
  try {
    return { outcome: await sync() }
  } catch (error) {
    if (error instanceof ActionError) return { error }
    throw error
  }
}

function addRound(job: JobOutcome, round: Round): JobOutcome {
  const recovered = job.error === undefined ? job.recovered : [...job.recovered, job.error]
  if ('error' in round) return { ...job, recovered, error: round.error }
  return {
    outcome: job.outcome === undefined ? round.outcome : add(job.outcome, round.outcome),
    recovered,
    error: undefined,
  }
}

function add(earlier: SyncOutcome, later: SyncOutcome): SyncOutcome {
  return {
    ...earlier,
    ...later,
    operation: later.operation === 'none' ? earlier.operation : later.operation,
    entries: mergeEntries(earlier.entries, later.entries),
    warnings: [...new Set([...earlier.warnings, ...later.warnings])],
  }
}

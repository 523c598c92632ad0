import { createProgress, type Progress } from '../core/progress.ts'
import type { SyncResult } from '../core/result.ts'
import type { Clock, Log } from '../core/runtime.ts'
import { joinSentences, plain } from '../core/text/prose.ts'
import { textOf } from './log.ts'
import { createCleaner } from './result.ts'
import { countsText, hasWritten, resultSentence } from './sentence.ts'

/** The log of a job while it runs. */
export type JobLog = Pick<Progress, 'log' | 'clock' | 'idleClock' | 'report' | 'watchRequest'> & {
  /** Removes secrets from all further lines, at every level. */
  readonly hide: (secrets: readonly string[]) => void
  /** Ends the lines about work that takes long. */
  readonly stop: () => void
}

export function startJobLog({ clock, log }: { readonly clock: Clock; readonly log: Log }): JobLog {
  let clean = (line: string): string => line
  const progress = createProgress(clock, {
    debug: (line) => log.debug(clean(line)),
    info: (line) => log.info(clean(line)),
    warn: (line) => log.warn(clean(line)),
  })
  const ticker = setInterval(progress.tick, 1000).unref()
  return {
    log: progress.log,
    clock: progress.clock,
    idleClock: progress.idleClock,
    watchRequest: progress.watchRequest,
    report: progress.report,
    hide: (secrets) => {
      clean = createCleaner(secrets)
    },
    stop: () => clearInterval(ticker),
  }
}

/** Says how one round of a polling job ended. */
export function logRound(log: Log, round: SyncResult, number: number): void {
  if (round.error !== undefined && !hasWritten(round.operation)) {
    const { message, advice = [] } = round.error
    log.warn(`Round ${number} failed: ${textOf(joinSentences([message, advice]))}`)
    return
  }
  const counts = countsText(
    round.entries.filter(({ edit }) => edit === undefined),
    round,
  )
  const url = round.operation === 'none' ? undefined : (round.pullRequest?.url ?? round.commit?.url)
  log.info(
    [
      `Round ${number}: ${plain(resultSentence({ ...round, mode: 'sync', serverUrl: '', isBranchKnown: false, isCancelled: false }))}`,
      ...(counts === '' ? [] : [` (${counts})`]),
      ...(url === undefined ? [] : [`: ${url}`]),
    ].join(''),
  )
  if (round.error === undefined) return
  const { message, advice = [] } = round.error
  log.warn(`This round failed: ${textOf(joinSentences([message, advice]))}`)
}

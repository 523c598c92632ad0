import { editsOf, type Outcome, type SyncResult } from '../core/result.ts'
import { grouped, groupedPlural } from '../core/text/format.ts'
import { countOutcomes, type OutcomeCounts } from './result.ts'

/** What was done, in one sentence that claims no more than is true. */
export function operationSentence(result: SyncResult): string {
  const { operation, pullRequest, entries } = result
  const counts = countOutcomes(entries)
  const number = `pull request #${pullRequest?.number ?? ''}`
  const place = placeOf(result)
  switch (operation) {
    case 'none':
      return nothingWritten(result, counts)
    case 'committed':
      return `Committed ${changesText(result)} to ${place}`
    case 'pull-request-created':
      return `Opened ${number} for ${place}: it proposes ${changesText(result)}`
    case 'pull-request-updated':
      return `Updated ${number} for ${place}: it proposes ${changesText(result)}`
    case 'pull-request-closed':
      return `Closed ${number}: nothing is left to propose for ${place}`
    case 'planned':
      return `Plan: a sync would write ${changesText(result)} to ${place}; nothing was written`
    case 'checked':
      return checkSentence(result)
    case 'failed':
      return 'Failed: nothing was written'
  }
}

function nothingWritten(result: SyncResult, counts: OutcomeCounts): string {
  const { pullRequest, error } = result
  if (error !== undefined || counts.failed > 0) return `Nothing written to ${placeOf(result)}`
  if (pullRequest !== undefined && editsOf(result).length > 0) {
    return `Nothing written: pull request #${pullRequest.number} already proposes ${changesText(result)}: ${pullRequest.url}`
  }
  const isComplete = counts.held + counts.skipped === 0
  return isComplete
    ? `Nothing to do: ${placeOf(result)} is up to date`
    : `Nothing to write to ${placeOf(result)}`
}

function placeOf({ repository, branch }: SyncResult): string {
  return branch === undefined ? repository : `${branch} in ${repository}`
}

function checkSentence({ connections = [] }: SyncResult): string {
  const count = (wanted: string): number =>
    connections.filter(({ status }) => status === wanted).length
  const failed = count('failed')
  const skipped = count('skipped')
  const rest = skipped === 0 ? '' : `, ${skipped} skipped`
  return failed === 0
    ? `Checked: ${groupedPlural(count('ok'), 'check')} passed${rest}; nothing was written`
    : `Checked: ${failed} of ${groupedPlural(connections.length, 'check')} failed${rest}; nothing was written`
}

/** `2 new files, 1 updated file and 3 deletions` */
function changesText(result: SyncResult): string {
  const { created, updated, deleted } = countOutcomes(
    result.entries.filter(({ edit }) => edit !== undefined),
  )
  const others = result.extraFiles.length
  const parts = [
    [created, 'new file'],
    [updated, 'updated file'],
    [deleted, 'deletion'],
    [others, 'other file'],
  ] as const
  const texts = parts
    .filter(([count]) => count > 0)
    .map(([count, noun]) => groupedPlural(count, noun))
  return texts.length === 0
    ? 'no file'
    : texts.join(', ').replace(/, (?=[^,]*$)(?!\d{3}\b)/, ' and ')
}

/** Operations after which the branch itself has the changes. */
const isWritten: ReadonlySet<string> = new Set(['committed', 'pull-request-closed'])

/** What a change would be once somebody merges or syncs it. */
const proposed: Readonly<Partial<Record<Outcome, string>>> = {
  created: 'to create',
  updated: 'to update',
  deleted: 'to delete',
}

/** The outcome of a run, which the branch has only if it was written there. */
export function outcomeLabel(outcome: Outcome, { operation }: SyncResult): string {
  return isWritten.has(operation) ? outcome : (proposed[outcome] ?? outcome)
}

/** `3 created, 1 failed, 12 unchanged`; empty if there is no run. */
export function countsText(result: SyncResult): string {
  return Object.entries(countOutcomes(result.entries))
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${grouped(count)} ${outcomeLabel(outcome as Outcome, result)}`)
    .join(', ')
}

/** How one round of a polling job ended. */
export function roundSentence(round: SyncResult): string {
  const counts = countsText(round)
  const url = round.operation === 'none' ? undefined : (round.pullRequest?.url ?? round.commit?.url)
  return `${operationSentence(round)}${counts === '' ? '' : ` (${counts})`}${url === undefined ? '' : `: ${url}`}`
}

import { outcomes, type RunRecord } from '../core/result.ts'
import { fullWidth, plainText } from '../core/text/neutralise.ts'
import { byOutcome, countOutcomes, type JobResult } from './result.ts'

/** More than this is in the report; a log of ten thousand lines helps nobody. */
const mostLines = 200

/** What was done, for the log: a line for each run that was not simply unchanged, then the sum. */
export function logLines(result: JobResult): string[] {
  const told = byOutcome(result.entries).filter(({ outcome }) => outcome !== 'unchanged')
  const more = told.length - mostLines
  return [
    ...told.slice(0, mostLines).map(recordLine),
    ...(more > 0 ? [`… and ${more} more; the report has them all`] : []),
    ...(result.connections ?? []).map(
      ({ name, status, detail }) => `${status.padEnd(7)} ${name}: ${detail}`,
    ),
    sumLine(result),
  ]
}

function recordLine(record: RunRecord): string {
  const { outcome, path, modelName, modelVersion, previousVersion, reason } = record
  const version = modelVersion === null ? '' : ` version ${modelVersion}`
  const changed = previousVersion !== null && previousVersion !== modelVersion
  const was = changed ? ` (was ${previousVersion})` : ''
  const why = reason === null ? '' : `: ${reason}`
  const model = modelName === null ? '' : ` ${modelName}${version}${was}`
  return `${outcome.padEnd(7)}${path === null ? '' : ` ${path}`}${model}${why}`
}

function sumLine(result: JobResult): string {
  const counts = countOutcomes(result.entries)
  const parts = outcomes.filter((outcome) => counts[outcome] > 0).map((o) => `${counts[o]} ${o}`)
  const sum = parts.length === 0 ? '' : `: ${parts.join(', ')}`
  const commit = result.commit === undefined ? '' : ` ${result.commit.sha.slice(0, 8)}`
  const pull = result.pullRequest === undefined ? '' : ` #${result.pullRequest.number}`
  return `${result.operation}${pull}${commit}${sum} (${result.requests.mlflow} requests to MLflow, ${result.requests.github} to GitHub)`
}

/**
 * Foreign text as one line of the log. The runner takes a line that begins with `::` for a command, and
 * `##[…]` wherever it stands.
 */
export function safeLine(text: string, maxCharacters = 2000): string {
  return plainText(text, maxCharacters)
    .replaceAll('::', `:${fullWidth(':')}`)
    .replaceAll('##[', `##${fullWidth('[')}`)
}

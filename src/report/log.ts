import { outcomes, type RunRecord } from '../core/result.ts'
import { plural } from '../core/text/format.ts'
import { fullWidth, plainText } from '../core/text/neutralise.ts'
import { plain } from '../core/text/prose.ts'
import { byOutcome, countOutcomes, type JobResult } from './result.ts'

/** Nobody reads a log of ten thousand lines, and the report lists all records. */
const maxRecords = 200

/** The result as log lines: one for each run except unchanged ones, then the totals. */
export function logLines(result: JobResult): string[] {
  const reported = byOutcome(result.entries).filter(({ outcome }) => outcome !== 'unchanged')
  const omitted = reported.length - maxRecords
  return [
    ...reported.slice(0, maxRecords).map(recordLine),
    ...(omitted > 0 ? [`… and ${omitted} more; the report lists them all`] : []),
    ...(result.connections ?? []).map(
      ({ name, status, detail }) => `${status.padEnd(7)} ${name}: ${plain(detail)}`,
    ),
    totalsLine(result),
  ]
}

function recordLine(record: RunRecord): string {
  const { outcome, path, modelName, modelVersion, previousVersion, reason } = record
  const version = modelVersion === null ? '' : ` version ${modelVersion}`
  const changed = previousVersion !== null && previousVersion !== modelVersion
  const was = changed ? ` (was ${previousVersion})` : ''
  const why = reason === null ? '' : `: ${plain(reason)}`
  const model = modelName === null ? '' : ` ${modelName}${version}${was}`
  return `${outcome.padEnd(7)}${path === null ? '' : ` ${path}`}${model}${why}`
}

function totalsLine(result: JobResult): string {
  const counts = countOutcomes(result.entries)
  const parts = outcomes
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${counts[outcome]} ${outcome}`)
  const totals = parts.length === 0 ? '' : `: ${parts.join(', ')}`
  const commit = result.commit === undefined ? '' : ` ${result.commit.sha.slice(0, 8)}`
  const pullRequest = result.pullRequest === undefined ? '' : ` #${result.pullRequest.number}`
  const { mlflow, github } = result.requests
  const requests = `${plural(mlflow, 'request')} to MLflow, ${github} to GitHub`
  return `${result.operation}${pullRequest}${commit}${totals} (${requests})`
}

/**
 * Reduces untrusted text to one harmless log line: the runner treats `::` at the start of a
 * line and `##[…]` anywhere as a command, other runners `##name[…]`.
 */
export function safeLine(text: string, maxCharacters = 2000): string {
  return plainText(text, maxCharacters)
    .replaceAll('::', `:${fullWidth(':')}`)
    .replaceAll('##', `#${fullWidth('#')}`)
}

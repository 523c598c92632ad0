import type { ChangedEntry } from '../result.ts'
import { takeLines } from '../text/format.ts'
import { neutralise, trailerValue } from '../text/neutralise.ts'
import { maxHeadline, renderMessage } from './headline.ts'
import { changePhrase, countChanges, countsPhrase, fileLine } from './wording.ts'

export type CommitMessage = {
  readonly headline: string
  readonly body: string
}

/** Keep the message well under 65,536 characters, GitHub's limit for other texts. */
const limits = { trailers: 100, trailerBytes: 30_000, fileBytes: 30_000, line: 600 }

/**
 * Writes a commit message in which `git log --grep` finds runs and model versions.
 *
 * @param lastTrailer a trailer of another kind, which comes last.
 */
export function commitMessage(
  changes: readonly ChangedEntry[],
  template?: string,
  lastTrailer = '',
): CommitMessage {
  const trailers = [...changeTrailers(changes), lastTrailer].filter((line) => line !== '')
  return {
    headline: headline(changes, template),
    body: [fileList(changes), trailers.join('\n')].filter((part) => part !== '').join('\n\n'),
  }
}

/**
 * First line of the commit message and title of the pull request. Falls back to the default if the
 * template is empty or renders to nothing.
 */
export function headline(changes: readonly ChangedEntry[], template = ''): string {
  const line = renderMessage(template, changes)
  if (line !== '') return line
  const [first, ...others] = changes
  if (first === undefined) return 'Sync MLflow models'
  return others.length === 0
    ? neutralise(changePhrase(first), maxHeadline)
    : `Sync MLflow models: ${countsPhrase(countChanges(changes))}`
}

function fileList(changes: readonly ChangedEntry[]): string {
  const lineOf = (change: ChangedEntry) => neutralise(fileLine(change), limits.line)
  const lines = takeLines(changes, lineOf, limits.fileBytes)
  const omitted = changes.length - lines.length
  return [...lines, ...(omitted > 0 ? [`and ${omitted} more`] : [])].join('\n')
}

function changeTrailers(changes: readonly ChangedEntry[]): string[] {
  const blocks = takeLines(changes.slice(0, limits.trailers), trailersOf, limits.trailerBytes)
  const omitted = changes.length - blocks.length
  return [...blocks, ...(omitted > 0 ? [`MLflow-More-Changes: ${omitted}`] : [])]
}

function trailersOf(entry: ChangedEntry): string {
  const { runId, modelName, modelVersion, previousVersion } = entry
  const version = modelVersion ?? previousVersion
  return [
    ...(runId === null ? [] : [`MLflow-Run-Id: ${trailerValue(runId)}`]),
    ...(modelName === null || version === null
      ? []
      : [`MLflow-Model-Version: ${trailerValue(modelName)}/${trailerValue(version)}`]),
  ].join('\n')
}

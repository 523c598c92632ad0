import type { ChangedEntry, FileEdit } from '../entry.ts'
import { takeLines } from '../text/format.ts'
import { neutralise, trailerValue } from '../text/neutralise.ts'
import { maxHeadline, renderMessage } from './headline.ts'
import { changePhrase, countChanges, countsPhrase, fileLine, indexLabel } from './wording.ts'

export type CommitMessage = {
  readonly headline: string
  readonly body: string
}

/** Keep the message well under 65,536 characters, GitHub's limit for other texts. */
const limits = { trailers: 100, trailerBytes: 30_000, fileBytes: 30_000, line: 600 }

/**
 * Writes a commit message in which `git log --grep` finds runs and model versions.
 *
 * @param extraFiles files that no single run accounts for.
 * @param lastTrailer a trailer of another kind, which comes last.
 */
export function commitMessage(
  changes: readonly ChangedEntry[],
  template?: string,
  extraFiles: readonly FileEdit[] = [],
  lastTrailer = '',
): CommitMessage {
  const trailers = [...changeTrailers(changes), lastTrailer].filter((line) => line !== '')
  return {
    headline: headline(changes, template, extraFiles),
    body: [fileList(changes, extraFiles), trailers.join('\n')]
      .filter((part) => part !== '')
      .join('\n\n'),
  }
}

/**
 * First line of the commit message and title of the pull request. Falls back to the default if the
 * template is empty or renders to nothing.
 */
export function headline(
  changes: readonly ChangedEntry[],
  template = '',
  extraFiles: readonly FileEdit[] = [],
): string {
  const line = renderMessage(template, changes, extraFiles)
  if (line !== '') return line
  const [first, ...others] = changes
  if (first === undefined) {
    const index = indexLabel(extraFiles)
    return index === '' ? 'Sync MLflow models' : neutralise(`Update ${index}`, maxHeadline)
  }
  return others.length === 0
    ? neutralise(changePhrase(first), maxHeadline)
    : `Sync MLflow models: ${countsPhrase(countChanges(changes))}`
}

function fileList(changes: readonly ChangedEntry[], extraFiles: readonly FileEdit[]): string {
  const files = [
    ...changes.map(fileLine),
    ...extraFiles.map(({ path, before }) => `${before === undefined ? 'Add' : 'Update'} ${path}`),
  ]
  const lines = takeLines(files, (file) => neutralise(file, limits.line), limits.fileBytes)
  const omitted = files.length - lines.length
  return [...lines, ...(omitted > 0 ? [`and ${omitted} more`] : [])].join('\n')
}

/** Without its trailer, a deletion would look like a person's, and the file would stay deleted. */
function changeTrailers(changes: readonly ChangedEntry[]): string[] {
  const deletions = changes.filter(({ outcome }) => outcome === 'deleted')
  const others = changes.filter(({ outcome }) => outcome !== 'deleted')
  const blocks = [
    ...deletions.map(trailersOf),
    ...takeLines(others.slice(0, limits.trailers), trailersOf, limits.trailerBytes),
  ]
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

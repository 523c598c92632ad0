import { parentOf } from '../branch.ts'
import type { ChangedEntry, FileEdit } from '../entry.ts'
import { plural } from '../text/format.ts'
import { plainText } from '../text/neutralise.ts'

/** Number of files created, updated and deleted. */
export type ChangeCounts = {
  readonly created: number
  readonly updated: number
  readonly deleted: number
}

export function countChanges(changes: readonly ChangedEntry[]): ChangeCounts {
  const count = (outcome: string) => changes.filter((entry) => entry.outcome === outcome).length
  return { created: count('created'), updated: count('updated'), deleted: count('deleted') }
}

/** `2 created, 1 updated`. Zero counts are left out, so the text is empty if nothing changed. */
export function countsPhrase({ created, updated, deleted }: ChangeCounts): string {
  return Object.entries({ created, updated, deleted })
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ')
}

/** Longest model name in a message; MLflow allows 256 characters. */
const maxName = 100

export function modelLabel(entry: ChangedEntry): string {
  return plainText(entry.modelName ?? '', maxName)
}

/** The version to show for a change: the new one, or the one that a deleted file named. */
export function versionLabel(entry: ChangedEntry): string {
  return plainText(entry.modelVersion ?? entry.previousVersion ?? '', 40)
}

/** `the index of deploy/production`, or how many; empty if there is none. Not neutralised yet. */
export function indexLabel(extraFiles: readonly FileEdit[]): string {
  const [first, ...others] = extraFiles
  if (first === undefined) return ''
  if (others.length > 0) return plural(extraFiles.length, 'index page')
  const directory = parentOf(first.path)
  return directory === '' ? `the index ${first.path}` : `the index of ${directory}`
}

/** `Add my_model version 3 (abc123de)`; not neutralised yet. */
export function changePhrase(change: ChangedEntry): string {
  const { outcome, path, runId } = change
  const verb = { created: 'Add', updated: 'Update', deleted: 'Remove' }[outcome]
  const run = runId === null ? '' : ` (${runId.slice(0, 8)})`
  const model = modelLabel(change)
  if (model === '') return `${verb} ${path}${run}`
  const version = versionLabel(change)
  if (version === '') return `${verb} ${model}${run}`
  const to = isNewVersion(change) ? 'to version' : 'version'
  return `${verb} ${model} ${to} ${version}${run}`
}

/** `Update models/abc.yaml: my_model version 4 (was 3)`; not neutralised yet. */
export function fileLine(change: ChangedEntry): string {
  const { outcome, path, previousVersion } = change
  const verb = { created: 'Add', updated: 'Update', deleted: 'Remove' }[outcome]
  const version = versionLabel(change)
  const what = [modelLabel(change), version === '' ? '' : `version ${version}`]
    .filter((part) => part !== '')
    .join(' ')
  const was = isNewVersion(change) ? ` (was ${plainText(previousVersion ?? '', 40)})` : ''
  return `${verb} ${path}${what === '' ? '' : `: ${what}`}${was}`
}

function isNewVersion(entry: ChangedEntry): boolean {
  return (
    entry.outcome === 'updated' &&
    entry.previousVersion !== null &&
    entry.previousVersion !== entry.modelVersion
  )
}

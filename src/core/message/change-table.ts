import type { ChangedEntry, RunRecord } from '../result.ts'
import { fileUrl, runUrl } from '../text/links.ts'
import { code, escapeMarkdown, link, tableHead, tableRow } from '../text/markdown.ts'

/** What the links of a table lead to. */
export type LinkBases = {
  readonly uiUrl: string
  readonly serverUrl: string
  readonly repository: string
  /** Branch or commit that holds the files; undefined when none does, as in a plan. */
  readonly fileRef: string | undefined
}

export const changeTableHead = tableHead(['', 'Model', 'Version', 'Previous', 'Run', 'File'])

/** One run as a row: model version and run link to MLflow's UI, the file to GitHub. */
export function changeRow(record: RunRecord, bases: LinkBases): string {
  return tableRow([
    record.outcome,
    escapeMarkdown(record.modelName ?? ''),
    link(escapeMarkdown(record.modelVersion ?? '', 40), record.url),
    escapeMarkdown(record.previousVersion ?? '', 40),
    runCell(record, bases.uiUrl),
    fileCell(record, bases),
  ])
}

export function runCell({ runId, experimentId }: RunRecord, uiUrl: string): string {
  if (runId === null || runId === '') return ''
  const text = code(runId.slice(0, 8))
  return experimentId === null ? text : link(text, runUrl(uiUrl, experimentId, runId))
}

export function fileCell(
  { path, outcome }: RunRecord,
  { serverUrl, repository, fileRef }: LinkBases,
): string {
  if (path === null) return ''
  const gone = outcome === 'deleted' || fileRef === undefined
  return link(code(path, 400), gone ? null : fileUrl(serverUrl, repository, fileRef, path))
}

const weight = { deleted: 0, updated: 1, created: 2 }

/** What a reviewer must not miss comes first: deletions, then updates, then new files. */
export function byImportance(changes: readonly ChangedEntry[]): ChangedEntry[] {
  return changes.toSorted((a, b) => weight[a.outcome] - weight[b.outcome])
}

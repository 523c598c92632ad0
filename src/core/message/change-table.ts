import type { ChangedEntry, RunRecord } from '../result.ts'
import { fileUrl, runUrl } from '../text/links.ts'
import { code, escapeMarkdown, link, tableHead, tableRow } from '../text/markdown.ts'

/** What the links in a table point to. */
export type LinkBases = {
  /** Base URL of MLflow's UI. */
  readonly uiUrl: string
  /** Base URL of GitHub's website. */
  readonly serverUrl: string
  readonly repository: string
  /** Branch or commit with the files; undefined if there is none, as in a plan. */
  readonly fileRef: string | undefined
}

export const changeTableHead = tableHead(['', 'Model', 'Version', 'Previous', 'Run', 'File'])

/** A row for one run. The model version and the run link to MLflow's UI, the file to GitHub. */
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

function fileCell(
  { path, outcome }: RunRecord,
  { serverUrl, repository, fileRef }: LinkBases,
): string {
  if (path === null) return ''
  const isMissing = outcome === 'deleted' || fileRef === undefined
  return link(code(path, 400), isMissing ? null : fileUrl(serverUrl, repository, fileRef, path))
}

const rank = { deleted: 0, updated: 1, created: 2 }

/** Deletions, which a reviewer must not miss, come first, then updates, then new files. */
export function byImportance(changes: readonly ChangedEntry[]): ChangedEntry[] {
  return changes.toSorted((a, b) => rank[a.outcome] - rank[b.outcome])
}

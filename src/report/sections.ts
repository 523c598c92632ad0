import {
  changeRow,
  changeTableHead,
  runCell,
  type LinkBases,
} from '../core/message/change-table.ts'
import type { Outcome, RunRecord } from '../core/result.ts'
import { takeLines, utf8Bytes } from '../core/text/format.ts'
import {
  code,
  escapeMarkdown,
  link,
  markdownOf,
  tableHead,
  tableRow,
} from '../core/text/markdown.ts'
import type { JobResult } from './result.ts'

/**
 * Renders a section of the summary in at most `maxBytes` bytes of UTF-8; empty if it has no
 * content.
 */
export type Section = (result: JobResult, maxBytes: number) => string

export const connectionsSection: Section = ({ connections = [] }, maxBytes) =>
  renderTable(
    '### Checks',
    tableHead(['Check', 'Result', 'Detail', 'What to do']),
    connections,
    ({ name, status, detail, advice }) =>
      tableRow([
        escapeMarkdown(name),
        status === 'failed' ? '**failed**' : status,
        markdownOf(detail),
        markdownOf(advice),
      ]),
    maxBytes,
  )

export const failuresSection: Section = (result, maxBytes) =>
  renderReasonTable('### Failed', result, withOutcomes(result, ['failed']), maxBytes)

export const warningsSection: Section = ({ warnings }, maxBytes) =>
  renderTable(
    '### Warnings',
    tableHead(['Warning']),
    warnings,
    (text) => tableRow([markdownOf(text)]),
    maxBytes,
  )

/** Deletions, which a reader must not miss, come first, then updates, then new files. */
export const changesSection: Section = (result, maxBytes) =>
  renderTable(
    result.mode === 'plan' ? '### Would change' : '### Changed',
    changeTableHead,
    withOutcomes(result, ['deleted', 'updated', 'created']),
    (record) => changeRow(record, linkBases(result, record)),
    maxBytes,
  )

export const heldOrSkippedSection: Section = (result, maxBytes) => {
  const records = withOutcomes(result, ['held', 'skipped'])
  if (records.length === 0) return ''
  const open = `<details><summary>${records.length} held or skipped</summary>`
  const close = '\n\n</details>'
  return `${renderReasonTable(open, result, records, maxBytes - close.length)}${close}`
}

function withOutcomes({ entries }: JobResult, wanted: readonly Outcome[]): RunRecord[] {
  return wanted.flatMap((outcome) => entries.filter((entry) => entry.outcome === outcome))
}

function renderReasonTable(
  title: string,
  { uiUrl }: JobResult,
  records: readonly RunRecord[],
  maxBytes: number,
): string {
  return renderTable(
    title,
    tableHead(['', 'Model', 'Version', 'Run', 'Reason']),
    records,
    (record) =>
      tableRow([
        record.outcome,
        escapeMarkdown(record.modelName ?? ''),
        link(escapeMarkdown(record.modelVersion ?? '', 40), record.url),
        runCell(record, uiUrl) || (record.path === null ? '' : code(record.path)),
        markdownOf(record.reason ?? []),
      ]),
    maxBytes,
  )
}

/**
 * Links files in the commit if there is one, otherwise on the branch if they already exist there.
 */
function linkBases(result: JobResult, { outcome }: RunRecord): LinkBases {
  return {
    uiUrl: result.uiUrl,
    serverUrl: result.serverUrl,
    repository: result.repository,
    fileRef: result.commit?.sha ?? (outcome === 'created' ? undefined : result.branch),
  }
}

/** Reserved for the note on items that are not shown. */
const noteBytes = 200

function renderTable<T>(
  title: string,
  head: string,
  items: readonly T[],
  rowOf: (item: T) => string,
  maxBytes: number,
): string {
  if (items.length === 0) return ''
  const top = `${title}\n\n${head}`
  const rows = takeLines(items, rowOf, maxBytes - utf8Bytes(top) - noteBytes)
  return [top, ...rows, ...notShownNote(items.length - rows.length)].join('\n')
}

/** A separate paragraph with the number of items that are not shown. */
export function notShownNote(count: number): string[] {
  return count > 0 ? ['', `${count} more not shown; the report lists them all.`] : []
}

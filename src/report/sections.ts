import {
  changeRow,
  changeTableHead,
  runCell,
  type LinkBases,
} from '../core/message/change-table.ts'
import { takeLines, utf8Bytes } from '../core/text/format.ts'
import { code, escapeMarkdown, link, tableHead, tableRow } from '../core/text/markdown.ts'
import type { Outcome, RunRecord } from '../core/result.ts'
import type { JobResult } from './result.ts'

/** A part of the summary that keeps within so many bytes of UTF-8; empty when it has nothing to say. */
export type Section = (result: JobResult, maxBytes: number) => string

export const connectionsSection: Section = ({ connections = [] }, maxBytes) =>
  table(
    '### Checks',
    tableHead(['Check', 'Result', 'Detail', 'What to do']),
    connections,
    ({ name, status, detail, advice }) =>
      tableRow([
        escapeMarkdown(name),
        status === 'failed' ? '**failed**' : status,
        escapeMarkdown(detail, 1000),
        escapeMarkdown(advice, 1000),
      ]),
    maxBytes,
  )

export const failuresSection: Section = (result, maxBytes) =>
  reasonTable('### Failed', result, withOutcomes(result, ['failed']), maxBytes)

export const warningsSection: Section = ({ warnings }, maxBytes) =>
  table(
    '### Warnings',
    tableHead(['Warning']),
    warnings,
    (text) => tableRow([escapeMarkdown(text, 1000)]),
    maxBytes,
  )

/** Deletions first, then updates, then new files: what a reader must not miss. */
export const changesSection: Section = (result, maxBytes) =>
  table(
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
  return `${reasonTable(open, result, records, maxBytes - close.length)}${close}`
}

function withOutcomes({ entries }: JobResult, wanted: readonly Outcome[]): RunRecord[] {
  return wanted.flatMap((one) => entries.filter(({ outcome }) => outcome === one))
}

function reasonTable(
  title: string,
  { uiUrl }: JobResult,
  records: readonly RunRecord[],
  maxBytes: number,
): string {
  return table(
    title,
    tableHead(['', 'Model', 'Version', 'Run', 'Reason']),
    records,
    (record) =>
      tableRow([
        record.outcome,
        escapeMarkdown(record.modelName ?? ''),
        link(escapeMarkdown(record.modelVersion ?? '', 40), record.url),
        runCell(record, uiUrl) || (record.path === null ? '' : code(record.path)),
        escapeMarkdown(record.reason ?? '', 1000),
      ]),
    maxBytes,
  )
}

/** Files are linked where they are now: in the commit, or on the branch if they were there before. */
function linkBases(result: JobResult, { outcome }: RunRecord): LinkBases {
  return {
    uiUrl: result.uiUrl,
    serverUrl: result.serverUrl,
    repository: result.repository,
    fileRef: result.commit?.sha ?? (outcome === 'created' ? undefined : result.branch),
  }
}

const noteBytes = 200

function table<T>(
  title: string,
  head: string,
  items: readonly T[],
  rowOf: (item: T) => string,
  maxBytes: number,
): string {
  if (items.length === 0) return ''
  const top = `${title}\n\n${head}`
  const taken = takeLines(items, rowOf, maxBytes - utf8Bytes(top) - noteBytes)
  return [top, ...taken, ...notShownNote(items.length - taken.length)].join('\n')
}

/** Says what was left out, as a paragraph of its own. */
export function notShownNote(count: number): string[] {
  return count > 0
    ? ['', `${count} more left out here for want of room; the report has them all.`]
    : []
}

import type { Entry, Outcome } from '../core/entry.ts'
import {
  byModel,
  changeColumns,
  deletionColumns,
  deletionsIn,
  otherChangesIn,
  reasonColumns,
  type LinkBases,
} from '../core/message/change-table.ts'
import { comparisonSections, maxComparisons } from '../core/message/comparison.ts'
import type { Connection } from '../core/result.ts'
import { plural, takeLines } from '../core/text/format.ts'
import { markdownOf } from '../core/text/markdown.ts'
import { own } from '../core/text/prose.ts'
import { fold, maxOpenRows, renderTable, type Column } from '../core/text/table.ts'
import type { JobResult } from './result.ts'
import { changeState } from './sentence.ts'

/**
 * Renders a section of the summary in at most `maxBytes` bytes of UTF-8; empty if it has no
 * content.
 */
export type Section = (result: JobResult, maxBytes: number, level?: HeadingLevel) => string

/** Deeper if the summary has a section for each target. */
export type HeadingLevel = '###' | '####'

const connectionColumns: readonly Column<Connection>[] = [
  {
    title: 'Check',
    cell: ({ name, status }) => `${checkSigns[status]} ${markdownOf(own(name))}`,
  },
  { title: 'Result', cell: ({ detail }) => markdownOf(detail) },
  { title: 'What to do', cell: ({ advice }) => markdownOf(advice) },
]

const checkSigns: Record<Connection['status'], string> = { ok: '✅', failed: '❌', skipped: '➖' }

export const connectionsSection: Section = ({ connections = [] }, maxBytes) =>
  tableSection(
    'Checks',
    connectionColumns,
    connections.toSorted((a, b) => checkOrder.indexOf(a.status) - checkOrder.indexOf(b.status)),
    'check',
    maxBytes,
  )

/** What needs attention comes first. */
const checkOrder: readonly Connection['status'][] = ['failed', 'ok', 'skipped']

export const failuresSection: Section = (result, maxBytes, level) =>
  tableSection(
    'Failed',
    reasonColumns(linkBases(result)),
    byModel(withOutcome(result, 'failed')),
    'failed run',
    maxBytes,
    level,
  )

/** Deletions that `max-deletions` prevented: what to look at before the limit is raised. */
export const withheldSection: Section = (result, maxBytes, level) =>
  tableSection(
    result.mode === 'plan' ? 'Would not be deleted' : 'Not deleted',
    reasonColumns(linkBases(result)),
    byModel(result.entries.filter(({ withheld }) => withheld === 'too-many-deletions')),
    'file',
    maxBytes,
    level,
  )

export const warningsSection: Section = ({ warnings }, maxBytes) => {
  if (warnings.length === 0) return ''
  const title = '### Warnings'
  const lines = takeLines(warnings, (text) => `- ${markdownOf(text)}`, maxBytes - noteBytes)
  const folded = lines.slice(maxOpenRows)
  return joinParts(
    title,
    lines.slice(0, maxOpenRows).join('\n'),
    folded.length === 0 ? '' : fold(plural(folded.length, 'more warning'), folded.join('\n')),
    notShownNote(warnings.length - lines.length),
  )
}

/** A reader must not miss deletions, so they have a table of their own, before the others. */
export const deletionsSection: Section = (result, maxBytes, level) =>
  tableSection(
    { planned: 'Would delete', proposed: 'Proposed deletions', made: 'Deleted' }[
      changeState(result)
    ],
    deletionColumns(linkBases(result), changeState(result) === 'made'),
    deletionsIn(result.entries),
    'deletion',
    maxBytes,
    level,
  )

export const changesSection: Section = (result, maxBytes, level) =>
  tableSection(
    { planned: 'Would change', proposed: 'Proposed', made: 'Changed' }[changeState(result)],
    changeColumns(linkBases(result), changeState(result) === 'made'),
    otherChangesIn(result.entries),
    'change',
    maxBytes,
    level,
  )

/** With more comparisons than this, they are folded. */
const maxOpenComparisons = 3

export const comparisonsSection: Section = (
  { entries, comparisons, uiUrl },
  maxBytes,
  level = '###',
) => {
  const changes = otherChangesIn(entries)
  const areOpen = comparisons.size <= maxOpenComparisons
  const sections = comparisonSections(changes, comparisons, { uiUrl, areOpen })
  const shown = takeLines(sections, (section) => `${section}\n`, maxBytes - noteBytes)
  if (shown.length === 0) return ''
  const texts = shown.map((text) => text.trimEnd())
  const all = joinParts(...texts)
  return joinParts(
    `${level} Metrics and parameters`,
    areOpen ? all : fold(`Of ${plural(texts.length, 'run')}`, all),
    notShownNote(
      (changes.length > maxComparisons ? changes.length : sections.length) - shown.length,
      'MLflow has them',
    ),
  )
}

export const heldSection: Section = (result, maxBytes, level) =>
  tableSection(
    'On hold',
    reasonColumns(linkBases(result)),
    byModel(withOutcome(result, 'held')),
    'file',
    maxBytes,
    level,
  )

export const skippedSection: Section = (result, maxBytes) => {
  const isOther = ({ withheld }: Entry): boolean => withheld !== 'too-many-deletions'
  const records = byModel(withOutcome(result, 'skipped').filter(isOther))
  if (records.length === 0) return ''
  const title = plural(records.length, 'skipped version')
  const columns = reasonColumns(linkBases(result))
  const table = renderTable(columns, records, { maxBytes: maxBytes - 200, more: moreOf('version') })
  return fold(title, joinParts(table.text, notShownNote(table.omitted)))
}

function withOutcome({ entries }: JobResult, wanted: Outcome): Entry[] {
  return entries.filter(({ outcome }) => outcome === wanted)
}

/** Files in the commit if there is one, otherwise on the branch. */
function linkBases({ uiUrl, serverUrl, repository, branch, commit }: JobResult): LinkBases {
  return { uiUrl, serverUrl, repository, oldRef: branch, newRef: commit?.sha }
}

/** Reserved for the heading and the note on items that are not shown. */
const noteBytes = 200

function tableSection<T>(
  title: string,
  columns: readonly Column<T>[],
  items: readonly T[],
  noun: string,
  maxBytes: number,
  level: HeadingLevel = '###',
): string {
  if (items.length === 0) return ''
  const { text, omitted } = renderTable(columns, items, {
    maxBytes: maxBytes - noteBytes,
    more: moreOf(noun),
  })
  return joinParts(`${level} ${title}`, text, notShownNote(omitted))
}

function moreOf(noun: string): (count: number) => string {
  return (count) => plural(count, `more ${noun}`)
}

const everythingInReport =
  'all of them are in the report (output `report-file`; upload it with `actions/upload-artifact` to keep it)'

/** How many items are not shown, and where they are. */
export function notShownNote(count: number, place = everythingInReport): string {
  return count > 0 ? `${count} more not shown here; ${place}.` : ''
}

export function joinParts(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n')
}

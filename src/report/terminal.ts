import { otherChangesIn } from '../core/message/change-table.ts'
import { comparisonRows } from '../core/message/comparison.ts'
import { plural } from '../core/text/format.ts'
import { plain, withoutBreaks, type Prose } from '../core/text/prose.ts'
import { alignColumns } from './columns.ts'
import { plannedFiles } from './diffs.ts'
import { signOf } from './headline.ts'
import { checkLists, detailLines, recordLists, safeLine } from './log.ts'
import type { JobResult } from './result.ts'
import { resultSentence } from './sentence.ts'

type Style = 'bold' | 'green' | 'red' | 'yellow' | 'cyan'

/** Marks a text up for a terminal, or returns it as it is. */
export type Paint = (style: Style, text: string) => string

/** Nobody reads more in a terminal. */
const limits = { fileLines: 2000, comparisons: 10, rows: 30 }

/** The summary for a terminal. What matters most comes last, just above the prompt. */
export function terminalLines(result: JobResult, paint: Paint): string[] {
  return [
    ...fileSections(result, paint),
    ...comparisonSections(result, paint),
    ...recordSections(result, paint),
    checkSection(result, paint),
    result.warnings.flatMap((text) => messageLines('Warning:', 'yellow', text, paint)),
    errorSection(result, paint),
    [
      `${signOf(result)} ${paint('bold', safeLine(plain(resultSentence(result))))}`,
      ...detailLines(result, '').map((line) => safeLine(line)),
    ],
  ]
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))
}

const outcomeStyles = {
  created: 'green',
  updated: 'yellow',
  deleted: 'red',
  held: 'cyan',
  skipped: 'cyan',
  failed: 'red',
  unchanged: 'cyan',
} as const

function recordSections(result: JobResult, paint: Paint): string[][] {
  return recordLists(result, '`--json` lists them all').map(({ outcome, label, lines }) =>
    lines.map((line) => paintStart(safeLine(line), label, outcomeStyles[outcome], paint)),
  )
}

function paintStart(line: string, start: string, style: Style, paint: Paint): string {
  return line.startsWith(start) ? `${paint(style, start)}${line.slice(start.length)}` : line
}

/** What a plan would write, as far as there is room for it. */
function fileSections(result: JobResult, paint: Paint): string[][] {
  const sections: string[][] = []
  let remaining = limits.fileLines
  const files = plannedFiles(result)
  for (const { change, path, note, language, text } of files) {
    const lines = text().replace(/\n$/, '').split('\n')
    if (lines.length > remaining) break
    remaining -= lines.length
    sections.push([
      paint('bold', safeLine(`${change} ${path}${note}`)),
      ...lines.map((line) => {
        const safe = `  ${safeLine(line)}`
        return language === 'diff' ? paintDiff(line, safe, paint) : safe
      }),
    ])
  }
  const omitted = files.length - sections.length
  if (omitted > 0) {
    sections.push([`The diffs of ${plural(omitted, 'more file')} are not shown: see \`--json\`.`])
  }
  return sections
}

function paintDiff(line: string, safe: string, paint: Paint): string {
  if (/^(---|\+\+\+) /.test(line)) return paint('bold', safe)
  if (line.startsWith('@@')) return paint('cyan', safe)
  if (line.startsWith('+')) return paint('green', safe)
  return line.startsWith('-') ? paint('red', safe) : safe
}

/** Metrics and parameters of each new version, beside those of the version that it replaces. */
function comparisonSections(result: JobResult, paint: Paint): string[][] {
  const sections = otherChangesIn(result.entries).flatMap(({ path, modelName, modelVersion }) => {
    const comparison = result.comparisons.get(path)
    if (comparison === undefined) return []
    const { previous } = comparison
    const rows = comparisonRows(comparison).filter(
      ({ change }) => previous === undefined || change !== '',
    )
    if (rows.length === 0) return []
    const compared = previous === undefined ? '' : `, was version ${previous.modelVersion}`
    const title = `Metrics and parameters of ${modelName ?? ''} version ${modelVersion ?? ''}${compared}`
    const omitted = rows.length - limits.rows
    return [
      [
        paint('bold', safeLine(title)),
        ...alignColumns(
          rows
            .slice(0, limits.rows)
            .map(({ name, before, now, change }) => [
              name,
              ...(previous === undefined ? [] : [before]),
              now,
              change,
            ]),
        ).map((line) => `  ${safeLine(line)}`),
        ...(omitted > 0 ? [`  ${omitted} more not shown`] : []),
      ],
    ]
  })
  return sections.slice(0, limits.comparisons)
}

const checkStyles = { ok: 'green', failed: 'red', skipped: 'yellow' } as const

/** Each check with its result, and what to do about it. */
function checkSection({ connections = [] }: JobResult, paint: Paint): string[] {
  return checkLists(connections).flatMap((lines, index) => {
    const { status = 'ok', advice = [] } = connections[index] ?? {}
    return [
      ...lines.map((line) => paintStart(safeLine(line), status, checkStyles[status], paint)),
      ...(advice.length === 0 ? [] : textLines(advice).map((line) => `    ${line}`)),
    ]
  })
}

function errorSection({ error }: JobResult, paint: Paint): string[] {
  if (error === undefined) return []
  return [
    ...messageLines('Error:', 'red', error.message, paint),
    ...textLines(error.advice ?? []).map((line) => `  ${line}`),
  ]
}

function messageLines(label: string, style: Style, message: Prose, paint: Paint): string[] {
  const [first = '', ...others] = textLines(message)
  return [`${paint(style, label)} ${first}`, ...others.map((line) => `  ${line}`)]
}

/** A message with its own lines, in which foreign text cannot begin one; none if it is empty. */
function textLines(message: Prose): string[] {
  if (message.length === 0) return []
  return plain(withoutBreaks(message))
    .split('\n')
    .map((line) => safeLine(line))
}

import type { ChangedEntry } from '../core/entry.ts'
import { otherChangesIn } from '../core/message/change-table.ts'
import { comparisonRows, maxComparisons } from '../core/message/comparison.ts'
import { plural } from '../core/text/format.ts'
import { plain, withoutBreaks, type Prose } from '../core/text/prose.ts'
import { alignColumns } from './columns.ts'
import { plannedFiles } from './diffs.ts'
import { signOf } from './headline.ts'
import { checkLists, detailLines, recordLists } from './log.ts'
import type { JobResult } from './result.ts'
import { resultSentence } from './sentence.ts'

export type Style = 'bold' | 'green' | 'red' | 'yellow' | 'cyan'

/** How text is shown. */
export type Screen = {
  /** Marks a text up, or returns it as it is. */
  readonly paint: (style: Style, text: string) => string
  /** Reduces untrusted text to one line that is only text. */
  readonly clean: (line: string) => string
}

/** Nobody reads more in a terminal. */
const limits = { fileLines: 2000, comparisons: 10, rows: 30 }

/** The summary for a terminal. What matters most comes last, just above the prompt. */
export function terminalLines(result: JobResult, screen: Screen): string[] {
  return [
    ...fileSections(result, screen),
    ...comparisonSections(result, screen),
    ...recordSections(result, screen),
    checkSection(result, screen),
    result.warnings.flatMap((text) => messageLines('Warning:', 'yellow', text, screen)),
    errorSection(result, screen),
    [
      `${signOf(result)} ${screen.paint('bold', screen.clean(plain(resultSentence(result))))}`,
      ...detailLines(result, '').map(screen.clean),
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

function recordSections(result: JobResult, screen: Screen): string[][] {
  return recordLists(result, '`--json` lists them all').map(({ outcome, label, lines }) =>
    lines.map((line) => paintStart(screen.clean(line), label, outcomeStyles[outcome], screen)),
  )
}

function paintStart(line: string, start: string, style: Style, screen: Screen): string {
  return line.startsWith(start) ? `${screen.paint(style, start)}${line.slice(start.length)}` : line
}

/** What a plan would write, as far as there is room for it. */
function fileSections(result: JobResult, screen: Screen): string[][] {
  const sections: string[][] = []
  let remaining = limits.fileLines
  const files = plannedFiles(result)
  for (const { change, path, note, language, text } of files) {
    const lines = text().replace(/\n$/, '').split('\n')
    if (lines.length > remaining) break
    remaining -= lines.length
    sections.push([
      screen.paint('bold', screen.clean(`${change} ${path}${note}`)),
      ...lines.map((line) => {
        const safe = `  ${screen.clean(line)}`
        return language === 'diff' ? paintDiff(line, safe, screen) : safe
      }),
    ])
  }
  const omitted = files.length - sections.length
  if (omitted > 0) {
    sections.push([`The diffs of ${plural(omitted, 'more file')} are not shown: see \`--json\`.`])
  }
  return sections
}

function paintDiff(line: string, safe: string, screen: Screen): string {
  if (/^(---|\+\+\+) /.test(line)) return screen.paint('bold', safe)
  if (line.startsWith('@@')) return screen.paint('cyan', safe)
  if (line.startsWith('+')) return screen.paint('green', safe)
  return line.startsWith('-') ? screen.paint('red', safe) : safe
}

/** Metrics and parameters of each new version, beside those of the version that it replaces. */
function comparisonSections(result: JobResult, screen: Screen): string[][] {
  const changes = otherChangesIn(result.entries)
  const compared = changes.filter(({ path }) => result.comparisons.has(path))
  // Beyond a limit, they were not even read.
  const total = changes.length > maxComparisons ? changes.length : compared.length
  const sections = compared
    .slice(0, limits.comparisons)
    .map((entry) => comparisonSection(entry, result, screen))
    .filter((lines) => lines.length > 0)
  const omitted = total - limits.comparisons
  return omitted <= 0
    ? sections
    : [...sections, [`Metrics and parameters of ${plural(omitted, 'more run')} are not shown.`]]
}

function comparisonSection(entry: ChangedEntry, result: JobResult, screen: Screen): string[] {
  const comparison = result.comparisons.get(entry.path)
  if (comparison === undefined) return []
  const { previous } = comparison
  const rows = comparisonRows(comparison)
    .filter(({ change }) => previous === undefined || change !== '')
    .map(({ name, before, now, change }) =>
      previous === undefined ? [name, now] : [name, before, now, change],
    )
  if (rows.length === 0) return []
  const model = `${entry.modelName ?? ''} version ${entry.modelVersion ?? ''}`
  const target = result.targets.length > 1 ? ` for ${entry.target}` : ''
  const compared = previous === undefined ? '' : `, compared with version ${previous.modelVersion}`
  const title = `Metrics and parameters of ${model}${target}${compared}`
  const omitted = rows.length - limits.rows
  return [
    screen.paint('bold', screen.clean(title)),
    ...alignColumns(rows.slice(0, limits.rows)).map((line) => `  ${screen.clean(line)}`),
    ...(omitted > 0 ? [`  ${omitted} more not shown`] : []),
  ]
}

const checkStyles = { ok: 'green', failed: 'red', skipped: 'yellow' } as const

/** Each check with its result, and what to do about it. */
function checkSection(result: JobResult, screen: Screen): string[] {
  return checkLists(result).flatMap(({ check: { status, advice }, lines }) => [
    ...lines.map((line) => paintStart(screen.clean(line), status, checkStyles[status], screen)),
    ...textLines(advice, screen).map((line) => `    ${line}`),
  ])
}

function errorSection({ error }: JobResult, screen: Screen): string[] {
  if (error === undefined) return []
  return [
    ...messageLines('Error:', 'red', error.message, screen),
    ...textLines(error.advice ?? [], screen).map((line) => `  ${line}`),
  ]
}

function messageLines(label: string, style: Style, message: Prose, screen: Screen): string[] {
  const [first = '', ...others] = textLines(message, screen)
  return [`${screen.paint(style, label)} ${first}`, ...others.map((line) => `  ${line}`)]
}

/** A message with its own lines, in which foreign text cannot begin one; none if it is empty. */
function textLines(message: Prose, screen: Screen): string[] {
  if (message.length === 0) return []
  return plain(withoutBreaks(message)).split('\n').map(screen.clean)
}

import type { ChangedEntry } from '../entry.ts'
import type { Comparison } from '../result.ts'
import { compareText } from '../text/format.ts'
import { compareRunsUrl } from '../text/links.ts'
import { escapeMarkdown, link } from '../text/markdown.ts'
import { fold, tableHead, tableRow, type Column } from '../text/table.ts'
import { metricDirection } from './metric-direction.ts'

/** A metric or a parameter of two versions, as text. */
export type ComparisonRow = {
  readonly name: string
  readonly before: string
  readonly now: string
  /** What became of the value; empty if it is the same, or if there is nothing to compare with. */
  readonly change: string
}

/** More comparisons would fit neither in a summary nor in the body of a pull request. */
export const maxComparisons = 40

const maxRows = 60

/**
 * The metrics and parameters of each changed run, beside those of the version that it replaces: one
 * folded text per run. Runs of which nothing is known are left out.
 *
 * @param uiUrl base URL of MLflow's UI.
 */
export function comparisonSections(
  changes: readonly ChangedEntry[],
  comparisons: ReadonlyMap<string, Comparison>,
  { uiUrl, areOpen }: { readonly uiUrl: string; readonly areOpen: boolean },
): string[] {
  return changes.flatMap((entry) => {
    const comparison = comparisons.get(entry.path)
    if (comparison === undefined || entry.outcome === 'deleted') return []
    const table = comparisonTable(entry.modelVersion ?? '', comparison)
    if (table === '') return []
    const version = escapeMarkdown(entry.modelVersion ?? '', 40)
    const name = `${escapeMarkdown(entry.modelName ?? '', 100)} ${version}`
    const { previous } = comparison
    if (previous === undefined) return [fold(`Metrics and parameters of ${name}`, table)]
    const title = `${name} compared with version ${escapeMarkdown(previous.modelVersion, 40)}`
    const url = compareRunsUrl(
      uiUrl,
      [previous.experimentId, comparison.experimentId],
      [previous.runId, entry.runId ?? ''],
    )
    return [fold(title, `${table}\n\n${link('Compare the runs in MLflow', url)}`, areOpen)]
  })
}

/** Metrics, then parameters. */
export function comparisonRows({ metrics, params, previous }: Comparison): ComparisonRow[] {
  return [
    ...rowsOf(previous?.metrics, metrics, metricText, metricChange),
    ...rowsOf(previous?.params, params, (value) => value, paramChange),
  ]
}

/** What is equal is folded. Empty if the run has neither. */
function comparisonTable(version: string, comparison: Comparison): string {
  const rows = comparisonRows(comparison)
  const { previous } = comparison
  if (previous === undefined) return tableOf(rows, [valueColumn(version, 'now')])
  const columns: Column<ComparisonRow>[] = [
    valueColumn(previous.modelVersion, 'before'),
    valueColumn(version, 'now'),
    { title: 'Change', cell: ({ change }) => escapeMarkdown(change), isNumber: true },
  ]
  const equal = rows.filter(({ change }) => change === '')
  return [
    tableOf(
      rows.filter(({ change }) => change !== ''),
      columns,
    ),
    equal.length === 0 ? '' : fold(`${equal.length} equal`, tableOf(equal, columns.slice(1, 2))),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function valueColumn(version: string, field: 'before' | 'now'): Column<ComparisonRow> {
  return {
    title: `Version ${escapeMarkdown(version, 40)}`,
    cell: (row) => escapeMarkdown(row[field], maxValue),
    isNumber: true,
  }
}

const maxValue = 80

function tableOf(
  rows: readonly ComparisonRow[],
  columns: readonly Column<ComparisonRow>[],
): string {
  if (rows.length === 0) return ''
  const all = [
    { title: '', cell: ({ name }: ComparisonRow) => escapeMarkdown(name, maxValue) },
    ...columns,
  ]
  const omitted = rows.length - maxRows
  return [
    tableHead(all),
    ...rows.slice(0, maxRows).map((row) => tableRow(all.map(({ cell }) => cell(row)))),
    ...(omitted > 0 ? ['', `${omitted} more not shown.`] : []),
  ].join('\n')
}

function rowsOf<T>(
  before: Readonly<Record<string, T>> | undefined,
  now: Readonly<Record<string, T>>,
  textOf: (value: T) => string,
  changeOf: (name: string, before: T | undefined, now: T | undefined) => string,
): ComparisonRow[] {
  const names = [...new Set([...Object.keys(now), ...Object.keys(before ?? {})])]
  const valueOf = (values: Readonly<Record<string, T>> | undefined, name: string) =>
    values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined
  return names.toSorted(compareText).map((name) => {
    const [old, current] = [valueOf(before, name), valueOf(now, name)]
    return {
      name,
      before: old === undefined ? '' : textOf(old),
      now: current === undefined ? '' : textOf(current),
      change: changeOf(name, old, current),
    }
  })
}

/** Six significant digits are enough for a comparison, and hide binary rounding errors. */
function metricText(value: number): string {
  if (Number.isInteger(value)) return String(value)
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value)
}

/** `▼ -0.05 better`: the arrow shows where the value went, and only where a direction is good. */
function metricChange(name: string, before: number | undefined, now: number | undefined): string {
  if (now === undefined || before === undefined) return now === undefined ? 'gone' : 'new'
  // What looks the same is not judged, and Git or MLflow may have rounded it.
  if (metricText(now) === metricText(before)) return ''
  const difference = now - before
  if (!Number.isFinite(difference)) return 'changed'
  const text = `${difference >= 0 ? '+' : ''}${metricText(difference)}`
  const direction = metricDirection(name)
  if (direction === undefined || difference === 0) return text
  const isBetter = difference > 0 === (direction === 'higher')
  return `${difference > 0 ? '▲' : '▼'} ${text} ${isBetter ? 'better' : 'worse'}`
}

function paramChange(_name: string, before: string | undefined, now: string | undefined): string {
  if (now === undefined || before === undefined) return now === undefined ? 'gone' : 'new'
  return now === before ? '' : 'changed'
}

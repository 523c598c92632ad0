import { compareText } from '../text/format.ts'
import { escapeMarkdown, tableHead, tableRow } from '../text/markdown.ts'

/** Metrics (latest values) and parameters of one run. */
export type RunValues = {
  readonly metrics: Readonly<Record<string, number>>
  readonly params: Readonly<Record<string, string>>
}

/** The values of a run, and of the model version that it replaces if there is one. */
export type RunDetails = RunValues & {
  /** Undefined if there is no previous version or it could not be read. */
  readonly previous: (RunValues & { readonly modelVersion: string }) | undefined
}

type Row = {
  readonly kind: 'metric' | 'parameter'
  readonly name: string
  readonly now: string
  readonly before: string
  readonly change: string
}

const maxRows = 60

/** Lists differences first, and metrics before parameters. Empty if the run has neither. */
export function comparisonTable(version: string, details: RunDetails): string {
  const { previous } = details
  const rows = [
    ...rowsOf('metric', details.metrics, previous?.metrics, metricText, metricChange),
    ...rowsOf('parameter', details.params, previous?.params, (value) => value, paramChange),
  ].toSorted((a, b) => Number(a.change === '') - Number(b.change === ''))
  if (rows.length === 0) return ''
  const omitted = rows.length - maxRows
  const shown = rows.slice(0, maxRows).map((row) => rowText(row, previous !== undefined))
  const versions = previous === undefined ? [version] : [version, previous.modelVersion]
  return [
    tableHead([
      '',
      'Name',
      ...versions.map((text) => `Version ${escapeMarkdown(text, 40)}`),
      ...(previous === undefined ? [] : ['Change']),
    ]),
    ...shown,
    ...(omitted > 0 ? ['', `${omitted} more not shown.`] : []),
  ].join('\n')
}

function rowText({ kind, name, now, before, change }: Row, hasPrevious: boolean): string {
  const cells = [name, now].map((text) => escapeMarkdown(text, 120))
  const others = hasPrevious ? [before, change].map((text) => escapeMarkdown(text, 120)) : []
  return tableRow([kind, ...cells, ...others])
}

function rowsOf<T>(
  kind: Row['kind'],
  now: Readonly<Record<string, T>>,
  before: Readonly<Record<string, T>> | undefined,
  textOf: (value: T) => string,
  changeOf: (now: T | undefined, before: T | undefined) => string,
): Row[] {
  const names = [...new Set([...Object.keys(now), ...Object.keys(before ?? {})])]
  const valueOf = (values: Readonly<Record<string, T>> | undefined, name: string) =>
    values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined
  return names.toSorted(compareText).map((name) => {
    const [a, b] = [valueOf(now, name), valueOf(before, name)]
    return {
      kind,
      name,
      now: a === undefined ? '' : textOf(a),
      before: b === undefined ? '' : textOf(b),
      change: changeOf(a, b),
    }
  })
}

/** Six significant digits are enough for a comparison, and hide binary rounding errors. */
function metricText(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value)
}

function metricChange(now: number | undefined, before: number | undefined): string {
  if (now === undefined || before === undefined) return now === undefined ? 'gone' : 'new'
  if (Object.is(now, before)) return ''
  const difference = now - before
  if (!Number.isFinite(difference)) return 'changed'
  return `${difference >= 0 ? '+' : ''}${metricText(difference)}`
}

function paramChange(now: string | undefined, before: string | undefined): string {
  if (now === undefined || before === undefined) return now === undefined ? 'gone' : 'new'
  return now === before ? '' : 'changed'
}

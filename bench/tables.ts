import { competitorNames, type Competitor } from './competitors.ts'
import type { Figure, Results, Row } from './results.ts'
import { latencies, scenarios, titleOf } from './scenarios.ts'
import { costPerFile, targetsOf, type Target } from './targets.ts'

/** The figures as rows of cells; the first row is the header. */
export type Table = readonly (readonly string[])[]

/** How the competitors are called. */
export const titles: Readonly<Record<Competitor, string>> = {
  action: 'mlflow-sync',
  floor: 'floor',
  'git push': 'Python and git push',
  'per file': 'one commit per file',
}

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** Everything, one row for each scenario and competitor. */
export function completeTable({ rows, setup }: Results): Table {
  const header = ['versions', '', 'requests (MLflow + GitHub)', 'commits']
  const measures = ['processor s', 'MiB', ...latencies.map((ms) => `s at ${ms} ms`), 'set-up s']
  return [
    [...header, ...measures],
    ...kindsInOrder(rows).map((row) => [
      titleOf(row),
      titles[row.competitor],
      `${number.format(row.requests.mlflow)} + ${number.format(row.requests.github)}`,
      number.format(row.commits),
      figure(row.processorSeconds),
      row.memoryMiB === null ? '' : number.format(row.memoryMiB),
      ...latencies.map((latency) => figure(row.seconds[latency])),
      row.competitor === 'git push' ? seconds(setup.seconds) : '',
    ]),
  ]
}

/** Elapsed time, the competitors side by side: without latency and with it. */
export function secondsTable({ rows }: Results): Table {
  const [none, some] = latencies
  const shown = scenarios.filter(({ kind }) => kind !== 'listed')
  return [
    ['versions', ...competitorNames.map((name) => titles[name])],
    ...kindsInOrder(shown).flatMap((scenario) => {
      const { kind, count } = scenario
      const cells = competitorNames.map((competitor) => {
        const row = find(rows, kind, count, competitor)
        return row && `${figure(row.seconds[none])} / ${figure(row.seconds[some])}`
      })
      if (cells.every((cell) => cell === undefined)) return []
      return [[titleOf(scenario), ...cells.map((cell) => cell ?? '')]]
    }),
  ]
}

/** A registry of others, from which a job syncs a few. */
export function listingTable({ rows }: Results): Table {
  const listed = rows.filter(({ kind }) => kind === 'listed')
  const names = competitorNames.filter((name) => listed.some((row) => row.competitor === name))
  const sizes = [...new Set(listed.map(({ count }) => count))]
  return [
    ['listed', ...names.map((name) => titles[name])],
    ...sizes.map((count) => [
      number.format(count),
      ...names.map((name) => {
        const row = find(rows, 'listed', count, name)
        const memory = row?.memoryMiB == null ? '' : `, ${number.format(row.memoryMiB)} MiB`
        return row === undefined
          ? ''
          : `${figure(row.processorSeconds)} s of processor time${memory}`
      }),
    ]),
  ]
}

/** Processor time per additional file. */
export function costTable({ rows }: Results): Table {
  return [
    ['ms of processor time per file', ...competitorNames.map((name) => titles[name])],
    ...(['new', 'unchanged'] as const).map((kind) => [
      kind,
      ...competitorNames.map((name) => costPerFile(rows, kind, name)?.toFixed(2) ?? ''),
    ]),
  ]
}

export function targetTable(results: Results): Table {
  const text = (value: number, unit: Target['unit']): string =>
    `${unit === 'MiB' ? number.format(value) : value.toFixed(2)} ${unit}`
  return [
    ['limit', 'measured', 'allowed', ''],
    ...targetsOf(results).map(({ name, value, limit, unit }) => [
      name,
      text(value, unit),
      text(limit, unit),
      value <= limit ? 'kept' : 'missed',
    ]),
  ]
}

export function markdown([header = [], ...rows]: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

/** For a terminal, with aligned columns. */
export function plainText(table: Table): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((cells) => (cells[column] ?? '').length)),
  )
  return table
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function kindsInOrder<T extends { readonly kind: string }>(items: readonly T[]): T[] {
  const kinds = ['new', 'unchanged', 'one update', 'listed']
  return items.toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind))
}

function find(rows: readonly Row[], kind: string, count: number, name: string): Row | undefined {
  return rows.find((row) => row.kind === kind && row.count === count && row.competitor === name)
}

/** `~` marks what was extrapolated. */
function figure(value: Figure | undefined): string {
  if (value === undefined) return ''
  return `${value.runs === 0 ? '~' : ''}${seconds(value.value)}`
}

function seconds(value: number): string {
  return value < 100 ? value.toFixed(value < 10 ? 2 : 1) : number.format(value)
}

import type { Competitor } from './competitors.ts'
import type { Setup } from './environment.ts'
import type { Machine } from './machine.ts'
import type { Kind, Latency } from './scenarios.ts'
import type { RequestCounts } from './stage.ts'

/** A median. No runs: extrapolated from smaller sizes. */
export type Figure = { readonly value: number; readonly runs: number }

/** A competitor in a scenario. */
export type Row = {
  readonly kind: Kind
  readonly count: number
  readonly competitor: Competitor
  /** Elapsed time, by latency per request. */
  readonly seconds: Readonly<Partial<Record<Latency, Figure>>>
  readonly processorSeconds: Figure
  /** Only if it was measured. */
  readonly memoryMiB: number | null
  readonly requests: RequestCounts
  readonly commits: number
}

/** `bench/results.json` */
export type Results = {
  readonly date: string
  /** Whether it was `npm run bench -- --quick`. */
  readonly quick: boolean
  readonly machine: Machine
  readonly setup: Setup
  readonly rows: readonly Row[]
  /** Requests that only the action or only the floor sends, by scenario. */
  readonly requestDifferences: readonly string[]
}

export function rowOf(
  rows: readonly Row[],
  kind: Kind,
  count: number,
  competitor: Competitor,
): Row | undefined {
  return rows.find(
    (row) => row.kind === kind && row.count === count && row.competitor === competitor,
  )
}

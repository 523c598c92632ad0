import type { Competitor } from './competitors.ts'
import { rowOf, type Results, type Row } from './results.ts'
import { titleOf, type Scenario } from './scenarios.ts'

export type Target = {
  readonly name: string
  readonly value: number
  readonly limit: number
  readonly unit: 's' | 'ms' | 'MiB'
}

/** Where the action may take 1.6 times as long as the floor, and 0.15 s. */
const besideTheFloor: readonly Scenario[] = [
  { kind: 'new', count: 1 },
  { kind: 'new', count: 100 },
  { kind: 'new', count: 1_000 },
  { kind: 'unchanged', count: 500 },
  { kind: 'one update', count: 10 },
]

const millisecondsPerFile = { new: 0.3, unchanged: 0.2 } as const

const memoryLimitMiB = 512

/** The limits that the action should keep, as far as they were measured. */
export function targetsOf({ rows }: Results): Target[] {
  return [
    ...besideTheFloor.flatMap((scenario) => compareWithFloor(rows, scenario)),
    ...(['new', 'unchanged'] as const).flatMap((kind) => {
      const value = costPerFile(rows, kind, 'action')
      const limit = millisecondsPerFile[kind]
      const name = `processor time per ${kind} file`
      return value === undefined ? [] : [{ name, value, limit, unit: 'ms' as const }]
    }),
    ...largestMemory(rows, { kind: 'new', count: 10_000 }),
    ...largestMemory(rows, { kind: 'listed', count: 100_000 }),
  ]
}

/** Processor time per additional file in ms, from the two largest sizes that were measured. */
export function costPerFile(
  rows: readonly Row[],
  kind: 'new' | 'unchanged',
  competitor: Competitor,
): number | undefined {
  const [end, start] = rows
    .filter((row) => row.kind === kind && row.competitor === competitor)
    .filter(({ processorSeconds }) => processorSeconds.runs > 0)
    .toReversed()
  if (start === undefined || end === undefined) return undefined
  const seconds = end.processorSeconds.value - start.processorSeconds.value
  return (seconds * 1000) / (end.count - start.count)
}

function compareWithFloor(rows: readonly Row[], scenario: Scenario): Target[] {
  const secondsOf = (competitor: Competitor): number | undefined => {
    const figure = rowOf(rows, scenario.kind, scenario.count, competitor)?.seconds[0]
    return figure?.runs === 0 ? undefined : figure?.value
  }
  const value = secondsOf('action')
  const floor = secondsOf('floor')
  if (value === undefined || floor === undefined) return []
  return [
    {
      name: `${titleOf(scenario)}: 1.6 × floor + 0.15 s`,
      value,
      limit: 1.6 * floor + 0.15,
      unit: 's',
    },
  ]
}

function largestMemory(rows: readonly Row[], scenario: Scenario): Target[] {
  const value = rowOf(rows, scenario.kind, scenario.count, 'action')?.memoryMiB
  if (value == null) return []
  return [{ name: `${titleOf(scenario)}: peak memory`, value, limit: memoryLimitMiB, unit: 'MiB' }]
}

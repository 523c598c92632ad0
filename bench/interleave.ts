import { competitorNames, type Competitor } from './competitors.ts'
import { lineThrough, type Point } from './extrapolate.ts'
import { median } from './median.ts'
import type { Figure, Row } from './results.ts'
import { latenciesOf, type Kind, type Latency, type Scenario } from './scenarios.ts'
import type { Observation, Stage } from './stage.ts'

export type Limits = {
  /** Runs of each competitor. */
  readonly maxRuns: number
  /** All runs of a competitor in a scenario together; at least one happens. */
  readonly totalSeconds: number
  /** A run that would take longer is extrapolated, but not of the action or the floor. */
  readonly maxSeconds: number
}

type Task = {
  readonly competitor: Competitor
  readonly latency: Latency
  readonly observations: Observation[]
}

/** One commit for each file makes a listing of others no different. */
function competitorsOf(kind: Kind): readonly Competitor[] {
  return competitorNames.filter((name) => kind !== 'listed' || name !== 'per file')
}

/**
 * Runs all competitors in turn, so that whatever else the machine does meets all of them.
 *
 * @param earlier rows of other sizes, to extrapolate from the smaller ones.
 */
export async function measureScenario(
  stage: Stage,
  scenario: Scenario,
  limits: Limits,
  earlier: readonly Row[],
): Promise<{ readonly rows: readonly Row[]; readonly tasks: readonly Task[] }> {
  const tasks = latenciesOf(scenario).flatMap((latency) =>
    competitorsOf(scenario.kind)
      .filter((competitor) => {
        if (competitor === 'action' || competitor === 'floor') return true
        const estimate = extrapolateSeconds(earlier, scenario, competitor, latency)
        return estimate === undefined || estimate <= limits.maxSeconds
      })
      .map((competitor): Task => ({ competitor, latency, observations: [] })),
  )
  const isDone = ({ observations }: Task): boolean => {
    const [first] = observations
    if (first === undefined) return false
    const wanted = Math.min(limits.maxRuns, Math.floor(limits.totalSeconds / first.seconds))
    return observations.length >= wanted
  }
  while (!tasks.every(isDone)) {
    for (const task of tasks) {
      if (isDone(task)) continue
      task.observations.push(await stage.run(task.competitor, task.latency))
    }
  }
  const rows = competitorsOf(scenario.kind).map((competitor) =>
    summarise(scenario, competitor, tasks, earlier),
  )
  return { rows, tasks }
}

function summarise(
  scenario: Scenario,
  competitor: Competitor,
  tasks: readonly Task[],
  earlier: readonly Row[],
): Row {
  const { kind, count } = scenario
  const own = tasks.filter((task) => task.competitor === competitor)
  const smaller = smallerRows(earlier, scenario, competitor)
  const estimate = (value: (row: Row) => number | undefined): number =>
    lineThrough(pointsOf(smaller, value))(count)
  const figure = (values: readonly number[], value: (row: Row) => number | undefined): Figure =>
    values.length > 0
      ? { value: median(values), runs: values.length }
      : { value: estimate(value), runs: 0 }
  const seconds = latenciesOf(scenario).map((latency) => {
    const observations = own.find((task) => task.latency === latency)?.observations ?? []
    const values = observations.map((observation) => observation.seconds)
    return [latency, figure(values, (row) => row.seconds[latency]?.value)]
  })
  const plain = own.find(({ latency }) => latency === 0)?.observations ?? []
  const [first] = own.flatMap(({ observations }) => observations)
  return {
    kind,
    count,
    competitor,
    seconds: Object.fromEntries(seconds) as Row['seconds'],
    processorSeconds: figure(
      plain.map(({ processorSeconds }) => processorSeconds),
      (row) => row.processorSeconds.value,
    ),
    memoryMiB: plain.length > 0 ? median(plain.map(({ memoryMiB }) => memoryMiB)) : null,
    requests: first?.requests ?? {
      mlflow: Math.round(estimate(({ requests }) => requests.mlflow)),
      github: Math.round(estimate(({ requests }) => requests.github)),
    },
    commits: first?.commits ?? Math.round(estimate(({ commits }) => commits)),
  }
}

function extrapolateSeconds(
  earlier: readonly Row[],
  scenario: Scenario,
  competitor: Competitor,
  latency: Latency,
): number | undefined {
  const smaller = smallerRows(earlier, scenario, competitor)
  const points = pointsOf(smaller, (row) => row.seconds[latency]?.value)
  return points.length < 2 ? undefined : lineThrough(points)(scenario.count)
}

function smallerRows(
  earlier: readonly Row[],
  { kind, count }: Scenario,
  competitor: Competitor,
): readonly Row[] {
  return earlier.filter(
    (row) => row.kind === kind && row.competitor === competitor && row.count < count,
  )
}

/** Points of the rows, extrapolated ones included: they are on the same line. */
function pointsOf(rows: readonly Row[], value: (row: Row) => number | undefined): Point[] {
  return rows.flatMap((row): Point[] => {
    const y = value(row)
    return y === undefined ? [] : [[row.count, y]]
  })
}

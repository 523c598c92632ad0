import { setImmediate } from 'node:timers/promises'
import type { Candidate, LeftOut } from '../core/candidate.ts'
import type { FileState } from '../core/file-state.ts'
import type { NameMatcher } from '../core/glob.ts'
import type { FileChange, RunRecord } from '../core/outcome.ts'
import { planRun, type PlannedRun } from '../core/plan.ts'
import type { Run } from '../core/registry.ts'
import type { SyncError } from '../errors.ts'
import type { RunLookup } from '../mlflow/runs.ts'
import type { RunReader, RunWanted } from '../mlflow/run-reader.ts'
import { fileName, pathIn, type DirectoryState } from './directory.ts'
import type { RegistryState } from './registry.ts'
import type { PrepareRender } from './rendering.ts'

/** Everything that one sync would do, on one state of the branch. */
export type SyncPlan = {
  readonly records: readonly RunRecord[]
  readonly changes: readonly FileChange[]
  readonly warnings: readonly string[]
  /** Runs that are registered, but that MLflow has deleted. */
  readonly goneRuns: readonly string[]
  /** How many runs could not be read because of an error. */
  readonly unreadRuns: number
  /** Makes the sync fail although all else of it is done. */
  readonly error?: SyncError
}

export type PlanningTools = {
  readonly runs: RunReader
  readonly prepareRender: PrepareRender
  /** The models that this job is about. */
  readonly models: NameMatcher
  /** Address of a model version in MLflow's UI. */
  readonly versionUrl: (name: string, version: string) => string
}

const filesBetweenBreaths = 20

/** Plans for every candidate; what a run's file needs from MLflow is read in batches first. */
export async function planSync(
  registry: RegistryState,
  directory: DirectoryState,
  tools: PlanningTools,
): Promise<SyncPlan> {
  const { candidates } = registry
  const stateFor = (candidate: Candidate): FileState =>
    directory.states.get(candidate.runId) ?? { kind: 'absent' }
  const answers = await tools.runs.read(
    candidates.flatMap((candidate) => wantedRun(candidate, stateFor(candidate))),
  )
  const render = await tools.prepareRender(
    candidates.flatMap((candidate) => newFile(candidate, stateFor(candidate), answers)),
  )
  const planned: PlannedRun[] = []
  for (const [index, candidate] of candidates.entries()) {
    // A thousand files take seconds: connections that end meanwhile have to be noticed.
    if (index % filesBetweenBreaths === 0) await setImmediate()
    planned.push(
      planRun({
        candidate,
        path: pathIn(directory.snapshot, fileName(candidate.runId)),
        state: stateFor(candidate),
        answer: answers.get(candidate.runId) ?? { kind: 'missing' },
        head: directory.snapshot.head,
        url: tools.versionUrl(candidate.version.name, candidate.version.version),
        models: tools.models,
        render,
      }),
    )
  }
  return {
    records: [...planned.map(({ record }) => record), ...leftOutRecords(registry, tools)],
    changes: planned.flatMap(({ change }) => (change === undefined ? [] : [change])),
    warnings: planned.flatMap(({ warning }: PlannedRun) =>
      warning === undefined ? [] : [warning],
    ),
    goneRuns: candidates.map(({ runId }) => runId).filter((runId) => isGone(answers.get(runId))),
    unreadRuns: [...answers.values()].filter(({ kind }) => kind === 'failed').length,
  }
}

function isGone(answer: RunLookup | undefined): boolean {
  return (
    answer?.kind === 'missing' || (answer?.kind === 'found' && answer.run.lifecycle === 'deleted')
  )
}

/** A new file needs all of the run, an existing one only its experiment and life cycle. */
function wantedRun(candidate: Candidate, state: FileState): RunWanted[] {
  const id = candidate.runId
  switch (state.kind) {
    case 'absent':
    case 'unparseable':
      return [{ id, detail: 'whole', experimentId: experimentInSource(candidate.source, id) }]
    case 'values':
      return [{ id, detail: 'state', experimentId: state.values.owned.experimentId }]
    default:
      return []
  }
}

/** `mlflow-artifacts:/<experiment>/<run>/…` tells where the run is; only a hint. */
function experimentInSource(source: string, runId: string): string | undefined {
  const segments = source.split('/')
  const experiment = segments[segments.indexOf(runId) - 1]
  return experiment !== undefined && /^\d+$/.test(experiment) ? experiment : undefined
}

function newFile(
  candidate: Candidate,
  state: FileState,
  answers: ReadonlyMap<string, RunLookup>,
): { candidate: Candidate; run: Run }[] {
  const answer = answers.get(candidate.runId)
  const isNew = state.kind === 'absent' || state.kind === 'unparseable'
  return isNew && answer?.kind === 'found' && answer.run.lifecycle === 'active'
    ? [{ candidate, run: answer.run }]
    : []
}

/** Versions without a file of their own, unless another version of the same run has it. */
function leftOutRecords(registry: RegistryState, tools: PlanningTools): RunRecord[] {
  const covered = new Set(registry.candidates.map(({ runId }) => runId))
  return registry.leftOut
    .filter(({ version }) => !covered.has(version.runId))
    .map(({ version, outcome, reason }: LeftOut) => ({
      path: null,
      outcome,
      runId: version.runId === '' ? null : version.runId,
      experimentId: null,
      modelName: version.name,
      modelVersion: version.version,
      previousVersion: null,
      url: tools.versionUrl(version.name, version.version),
      reason,
    }))
}

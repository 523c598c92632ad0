import { setImmediate } from 'node:timers/promises'
import type { RunFacts } from '../core/facts.ts'
import type { FileChange, RunRecord } from '../core/outcome.ts'
import { leftOutRecords, planRun, type PlanContext, type PlannedRun } from '../core/plan.ts'
import type { RunLookup } from '../core/registry.ts'
import type { SyncError } from '../errors.ts'
import { fileName, pathIn, type DirectoryState } from './directory.ts'
import type { RegistryState } from './registry.ts'

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

const yieldEvery = 20

/** Plans for every candidate; the facts were read before. */
export async function planSync(
  registry: RegistryState,
  directory: DirectoryState,
  facts: ReadonlyMap<string, RunFacts>,
  context: PlanContext,
): Promise<SyncPlan> {
  const { candidates, leftOut } = registry
  const planned: PlannedRun[] = []
  for (const [index, candidate] of candidates.entries()) {
    // A thousand files take seconds: connections that end meanwhile have to be noticed.
    if (index % yieldEvery === 0) await setImmediate()
    const path = pathIn(directory.snapshot, fileName(candidate.runId))
    const state = directory.states.get(candidate.runId) ?? { kind: 'absent' }
    planned.push(planRun({ candidate, path, state, facts: facts.get(candidate.runId) }, context))
  }
  const lookups = [...facts].map(([runId, { run }]) => ({ runId, run }))
  return {
    records: [
      ...planned.map(({ record }) => record),
      ...leftOutRecords(leftOut, candidates, context.uiUrl),
    ],
    changes: planned.flatMap(({ change }) => (change === undefined ? [] : [change])),
    warnings: planned.flatMap(({ warning }) => (warning === undefined ? [] : [warning])),
    goneRuns: lookups.filter(({ run }) => isGone(run)).map(({ runId }) => runId),
    unreadRuns: lookups.filter(({ run }) => run.kind === 'failed').length,
  }
}

function isGone(lookup: RunLookup): boolean {
  return (
    lookup.kind === 'missing' || (lookup.kind === 'found' && lookup.run.lifecycle === 'deleted')
  )
}

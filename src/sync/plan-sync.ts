import { setImmediate } from 'node:timers/promises'
import type { RunFacts } from '../core/facts.ts'
import { leftOutEntries, planRun, type PlanContext } from '../core/plan.ts'
import type { Entry, Problem } from '../core/result.ts'
import { fileName, pathIn, type DirectoryState } from './directory.ts'
import type { RegistryState } from './registry.ts'

/** Everything that one sync would do, on one state of the branch. */
export type SyncPlan = {
  readonly entries: readonly Entry[]
  readonly warnings: readonly string[]
  /** Fails the sync although everything else of it is done. */
  readonly error: Problem | undefined
}

const yieldEvery = 20

/** Plans for every candidate; the facts were read before. */
export async function planSync(
  registry: RegistryState,
  directory: DirectoryState,
  facts: ReadonlyMap<string, RunFacts>,
  context: PlanContext,
): Promise<Entry[]> {
  const { candidates, leftOut } = registry
  const { snapshot, states } = directory
  const entries: Entry[] = []
  for (const [index, candidate] of candidates.entries()) {
    // A thousand files take seconds: connections that end meanwhile have to be noticed.
    if (index % yieldEvery === 0) await setImmediate()
    const { runId } = candidate
    const name = fileName(runId)
    const input = {
      candidate,
      path: pathIn(snapshot, name),
      state: states.get(runId) ?? ({ kind: 'absent' } as const),
      executable: snapshot.entries.get(name)?.kind === 'executable',
      facts: facts.get(runId),
    }
    entries.push(planRun(input, context))
  }
  return [...entries, ...leftOutEntries(leftOut, candidates, context.uiUrl)]
}

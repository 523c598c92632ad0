import { setImmediate } from 'node:timers/promises'
import type { BranchSnapshot } from '../core/branch.ts'
import type { RunFacts } from '../core/model.ts'
import { findDeployed } from '../core/plan/deployed.ts'
import { planDeletions } from '../core/plan/prune.ts'
import { excludedEntries, planRun, type PlanContext } from '../core/plan/run.ts'
import type { Entry, Plan } from '../core/result.ts'
import type { MlflowClient } from '../mlflow/client.ts'
import type { Registry } from '../mlflow/registry.ts'
import { createConfirmer, type Confirmer } from './confirm-changes.ts'
import { readFacts } from './read-facts.ts'
import { fileOf, type LoadedTarget } from './read-files.ts'

/** What a sync would do in one target. */
export type TargetPlan = Pick<Plan, 'entries' | 'warnings' | 'error'>

export type TargetPlanOptions = {
  readonly mlflow: MlflowClient
  readonly registry: Registry
  readonly snapshot: BranchSnapshot
  /** Base URL of MLflow's UI, for links. */
  readonly uiUrl: string
}

/** Reads the facts that one target's plan needs, and plans it. */
export async function planTarget(
  loaded: LoadedTarget,
  { mlflow, registry, snapshot, uiUrl }: TargetPlanOptions,
): Promise<TargetPlan> {
  const { target, selected, files } = loaded
  const { runs, excluded, listed } = selected
  const facts = await readFacts(registry, loaded)
  const confirmer = createConfirmer(
    { client: mlflow, registry, selection: target.selection },
    listed,
  )
  const planned = await planRuns(loaded, facts, {
    head: snapshot.head,
    models: target.selection.models,
    template: loaded.template,
    deployed: findDeployed(files),
    selectedRunIds: new Set(runs.map(({ runId }) => runId)),
    uiUrl,
  })
  const confirmed = await confirmer.downgrades(planned, runs)
  return addDeletions(confirmer, loaded, facts, [...confirmed, ...excludedEntries(excluded, uiUrl)])
}

/** Number of runs planned before the event loop gets a turn. */
const yieldEvery = 20

async function planRuns(
  target: LoadedTarget,
  facts: ReadonlyMap<string, RunFacts>,
  context: PlanContext,
): Promise<Entry[]> {
  const entries: Entry[] = []
  for (const [index, selected] of target.selected.runs.entries()) {
    // Planning 1,000 files takes seconds; connections that end in the meantime must be handled.
    if (index % yieldEvery === 0) await setImmediate()
    const file = fileOf(target, selected)
    entries.push(planRun({ selected, file, facts: facts.get(selected.runId) }, context))
  }
  return entries
}

/** Adds the deletions that MLflow confirms, if the target has prune enabled. */
async function addDeletions(
  confirmer: Confirmer,
  { target, selected, files }: LoadedTarget,
  facts: ReadonlyMap<string, RunFacts>,
  entries: readonly Entry[],
): Promise<TargetPlan> {
  const warnings = [
    ...selected.gaps.map(({ message, advice = '' }) => `${message}. ${advice}`.trim()),
    ...entries.flatMap(({ warning }) => (warning === undefined ? [] : [warning])),
  ]
  if (target.prune === undefined) return { entries, warnings, error: undefined }
  const { kept, deletions, warning, error } = planDeletions({
    ...selected,
    facts,
    files,
    entries,
    models: target.selection.models,
    maxDeletions: target.prune.maxDeletions,
  })
  const confirmed = await confirmer.deletions(deletions)
  return {
    entries: replaceByPath(entries, [...kept, ...confirmed]),
    warnings: warning === undefined ? warnings : [...warnings, warning],
    error,
  }
}

/** A run has one entry, so prune's decision replaces the planned one. */
function replaceByPath(entries: readonly Entry[], decisions: readonly Entry[]): Entry[] {
  const paths = new Set(decisions.map(({ path }) => path))
  return [...entries.filter(({ path }) => path === null || !paths.has(path)), ...decisions]
}

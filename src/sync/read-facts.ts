import type { RunFacts, RunLookup } from '../core/model.ts'
import { detailNeeded } from '../core/plan/run.ts'
import type { SelectedRun } from '../core/select.ts'
import { prose } from '../core/text/prose.ts'
import type { FileState } from '../core/values-file/file.ts'
import type { Registry, RunRequest } from '../mlflow/registry.ts'
import { readArtifacts, type ActiveRun } from './read-artifacts.ts'
import { fileOf, type LoadedTarget } from './read-files.ts'
import { readForTemplate, type TemplateFacts } from './read-for-template.ts'

/** Reads the runs of all targets together, so that each target finds its own already read. */
export async function prefetchRuns(
  registry: Registry,
  targets: readonly LoadedTarget[],
): Promise<void> {
  if (targets.length > 1) await registry.runs(targets.flatMap(runRequestsOf))
}

/**
 * Reads what the plan needs from MLflow, in batches.
 *
 * @returns facts by run id; none for a run whose file is left alone in any case.
 */
export async function readFacts(
  registry: Registry,
  target: LoadedTarget,
): Promise<Map<string, RunFacts>> {
  const { runs, listed } = target.selected
  const isFiltered = target.target.selection.filter !== undefined
  const stateOf = (selected: SelectedRun): FileState => fileOf(target, selected).state
  const lookups = await registry.runs(runRequestsOf(target))
  const activeRuns = runs.flatMap((selected) =>
    activeRun(selected, stateOf(selected), lookups.get(selected.runId)),
  )
  const [artifacts, templateFacts] = await Promise.all([
    readArtifacts(registry, activeRuns, listed, isFiltered),
    readForTemplate(registry, target, activeRuns),
  ])
  const activeById = new Map(activeRuns.map((active) => [active.selected.runId, active]))
  return new Map(
    runs.flatMap(({ runId, version: { aliases } }): [string, RunFacts][] => {
      const run = lookups.get(runId)
      if (run === undefined) return []
      const active = activeById.get(runId)
      const facts: RunFacts = {
        run,
        ...(artifacts.get(runId) ?? noArtifacts),
        ...(active === undefined ? { ...noTemplateFacts, aliases } : templateFacts(active)),
      }
      return [[runId, facts]]
    }),
  )
}

/** Of a run that is not active, for which no file is rendered. */
const noTemplateFacts: Omit<TemplateFacts, 'aliases'> = {
  experimentName: undefined,
  registeredModel: undefined,
  uri: undefined,
}

/** Of a run that is not active, so that nothing depends on its artifacts. */
const noArtifacts: Pick<RunFacts, 'artifacts' | 'previousArtifacts'> = {
  artifacts: {
    source: { ok: false, problem: prose`the run is not active` },
    loggedModel: undefined,
  },
  previousArtifacts: undefined,
}

function runRequestsOf(target: LoadedTarget): RunRequest[] {
  return target.selected.runs.flatMap((selected) =>
    runRequests(selected, fileOf(target, selected).state),
  )
}

function runRequests(selected: SelectedRun, state: FileState): RunRequest[] {
  const detail = detailNeeded(state)
  if (detail === undefined) return []
  const experimentId =
    state.kind === 'values'
      ? state.values.owned.experimentId
      : experimentInSource(selected.version.source, selected.runId)
  return [{ id: selected.runId, detail, experimentId }]
}

/** The experiment id in `mlflow-artifacts:/<experiment>/<run>/…`; only a hint. */
function experimentInSource(source: string, runId: string): string | undefined {
  const segments = source.split('/')
  return segments[segments.indexOf(runId) - 1]
}

function activeRun(
  selected: SelectedRun,
  state: FileState,
  lookup: RunLookup | undefined,
): readonly ActiveRun[] {
  return lookup?.kind === 'found' && lookup.run.lifecycle === 'active'
    ? [{ selected, run: lookup.run, state }]
    : []
}

import type { RunFacts, RunLookup } from '../core/model.ts'
import { detailNeeded } from '../core/plan/run.ts'
import type { SelectedRun } from '../core/select.ts'
import { prose } from '../core/text/prose.ts'
import type { FileState } from '../core/values-file/file.ts'
import type { Registry, RunRequest } from '../mlflow/registry.ts'
import { readArtifacts, type ActiveRun, type ActiveRuns } from './read-artifacts.ts'
import { fileOf, type LoadedTarget } from './read-files.ts'
import { readForTemplates, type TemplateFacts } from './read-for-template.ts'
import type { TargetWithFacts } from './read-removals.ts'

/**
 * Reads what the plan needs from MLflow, in batches for all targets together: facts by run id; none for a
 * run whose file is left alone in any case.
 */
export async function readFacts(
  registry: Registry,
  targets: readonly LoadedTarget[],
): Promise<TargetWithFacts[]> {
  const lookups = await registry.runs(targets.flatMap(runRequestsOf))
  const active = targets.map((target) => ({ target, ...activeRunsOf(target, lookups) }))
  const [artifacts, templateFacts] = await Promise.all([
    readArtifacts(registry, active),
    readForTemplates(registry, active),
  ])
  return active.map(({ target, activeRuns }) => {
    const activeById = new Map(activeRuns.map((run) => [run.selected.runId, run]))
    const facts = target.selected.runs.flatMap(
      ({ runId, version: { aliases } }): [string, RunFacts][] => {
        const run = lookups.get(runId)
        if (run === undefined) return []
        const own = activeById.get(runId)
        const ofRun = own && { ...artifacts.get(own), ...templateFacts.get(own) }
        return [[runId, { run, ...noArtifacts, ...noTemplateFacts, aliases, ...ofRun }]]
      },
    )
    return { ...target, facts: new Map(facts) }
  })
}

function activeRunsOf(target: LoadedTarget, lookups: ReadonlyMap<string, RunLookup>): ActiveRuns {
  const { runs, listed } = target.selected
  return {
    activeRuns: runs.flatMap((selected) =>
      activeRun(selected, fileOf(target, selected).state, lookups.get(selected.runId)),
    ),
    listed,
    isFiltered: target.target.selection.filter !== undefined,
  }
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

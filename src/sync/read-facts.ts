import { loggedModelId } from '../core/artifacts.ts'
import { MlflowError } from '../core/errors.ts'
import {
  versionKey,
  type LoggedModel,
  type ResolvedSource,
  type Run,
  type RunFacts,
  type RunLookup,
} from '../core/model.ts'
import { detailNeeded } from '../core/plan/run.ts'
import type { SelectedRun } from '../core/select.ts'
import type { FileState } from '../core/values-file/file.ts'
import type { Registry, RunRequest } from '../mlflow/registry.ts'
import { fileOf, type LoadedTarget } from './read-files.ts'

/** An active run whose file has to be rendered. */
type NewFile = { readonly selected: SelectedRun; readonly run: Run }

/**
 * Reads what the plan needs from MLflow, in batches.
 *
 * @returns facts by run id; none for a run whose file is left alone in any case.
 */
export async function readFacts(
  registry: Registry,
  target: LoadedTarget,
): Promise<Map<string, RunFacts>> {
  const { template } = target
  const { runs } = target.selected
  const stateOf = (selected: SelectedRun): FileState => fileOf(target, selected).state
  const lookups = await registry.runs(
    runs.flatMap((selected) => runRequests(selected, stateOf(selected))),
  )
  const newFiles = runs.flatMap((selected) =>
    newFileFor(selected, stateOf(selected), lookups.get(selected.runId)),
  )
  const usesField = (field: string): boolean =>
    newFiles.length > 0 && template.placeholders.some((placeholder) => placeholder.field === field)
  const sources = await resolveCopies(registry, newFiles)
  const loggedModels = await readLoggedModels(registry, newFiles, sources)
  const experiments = usesField('experiment.name') ? await registry.experiments() : undefined
  const aliases = usesField('model.aliases') ? await registry.aliases() : undefined

  return new Map(
    runs.flatMap(({ runId, version, source }): [string, RunFacts][] => {
      const run = lookups.get(runId)
      if (run === undefined) return []
      const resolved = sources.get(runId) ?? { ok: true, source }
      const facts: RunFacts = {
        run,
        source: resolved,
        loggedModel: resolved.ok
          ? loggedModels.get(loggedModelId(resolved.source) ?? '')
          : undefined,
        experimentName: run.kind === 'found' ? experiments?.get(run.run.experimentId) : undefined,
        aliases: aliases?.get(versionKey(version)) ?? version.aliases,
      }
      return [[runId, facts]]
    }),
  )
}

function runRequests(selected: SelectedRun, state: FileState): RunRequest[] {
  const detail = detailNeeded(state)
  if (detail === undefined) return []
  const experimentId =
    state.kind === 'values'
      ? state.values.owned.experimentId
      : experimentInSource(selected.source, selected.runId)
  return [{ id: selected.runId, detail, experimentId }]
}

/** The experiment id in `mlflow-artifacts:/<experiment>/<run>/…`; only a hint. */
function experimentInSource(source: string, runId: string): string | undefined {
  const segments = source.split('/')
  const experiment = segments[segments.indexOf(runId) - 1]
  return experiment !== undefined && /^\d+$/.test(experiment) ? experiment : undefined
}

function newFileFor(
  selected: SelectedRun,
  state: FileState,
  lookup: RunLookup | undefined,
): readonly NewFile[] {
  const isNew = state.kind === 'absent' || state.kind === 'damaged'
  return isNew && lookup?.kind === 'found' && lookup.run.lifecycle === 'active'
    ? [{ selected, run: lookup.run }]
    : []
}

/** Asks MLflow for the sources of copied versions whose origin is not in the listing. */
async function resolveCopies(
  registry: Registry,
  files: readonly NewFile[],
): Promise<Map<string, ResolvedSource>> {
  const resolved = new Map<string, ResolvedSource>()
  for (const { selected } of files) {
    if (!selected.sourceUnresolved) continue
    const { name, version } = selected.version
    try {
      const source = await registry.downloadUri(name, version)
      resolved.set(selected.runId, { ok: true, source })
    } catch (error) {
      if (!(error instanceof MlflowError)) throw error
      resolved.set(selected.runId, {
        ok: false,
        problem: `where its artifacts are could not be read: ${error.message}`,
      })
    }
  }
  return resolved
}

/** Reads logged models for sources `models:/m-…`, which do not contain the artifact location. */
async function readLoggedModels(
  registry: Registry,
  files: readonly NewFile[],
  sources: ReadonlyMap<string, ResolvedSource>,
): Promise<ReadonlyMap<string, LoggedModel>> {
  const ids = new Set<string>()
  const experiments = new Set<string>()
  for (const { selected, run } of files) {
    const resolved = sources.get(selected.runId) ?? { ok: true, source: selected.source }
    if (!resolved.ok || !resolved.source.startsWith('models:/m-')) continue
    ids.add(loggedModelId(resolved.source) ?? '')
    experiments.add(run.experimentId)
  }
  return ids.size === 0 ? new Map() : registry.loggedModels([...ids], [...experiments])
}

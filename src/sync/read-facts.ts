import { loggedModelId } from '../core/artifacts.ts'
import type { SelectedRun } from '../core/select.ts'
import type { LoggedModel, ResolvedSource, Run, RunFacts, RunLookup } from '../core/model.ts'
import type { FileState } from '../core/values-file/file.ts'
import { MlflowError } from '../errors.ts'
import type { Registry, RunWanted } from '../mlflow/registry.ts'
import type { LoadedTarget } from './read-files.ts'

/** A run whose file has to be rendered. */
type NewFile = { readonly selected: SelectedRun; readonly run: Run }

/**
 * Reads in batches what the plan needs from MLflow, by run id. Nothing is read for a run whose file
 * is left alone whatever MLflow says.
 */
export async function readFacts(
  registry: Registry,
  { selected, files, template }: LoadedTarget,
): Promise<Map<string, RunFacts>> {
  const { runs } = selected
  const stateOf = ({ runId }: SelectedRun): FileState =>
    files.get(runId)?.state ?? { kind: 'absent' }
  const lookups = await registry.runs(
    runs.flatMap((selected) => wantedRun(selected, stateOf(selected))),
  )
  const newFiles = runs.flatMap((selected) =>
    newFile(selected, stateOf(selected), lookups.get(selected.runId)),
  )
  const needs = (field: string): boolean =>
    newFiles.length > 0 && template.placeholders.some((placeholder) => placeholder.field === field)
  const sources = await resolveCopies(registry, newFiles)
  const models = await readModels(registry, newFiles, sources)
  const experiments = needs('experiment.name') ? await registry.experiments() : undefined
  const aliases = needs('model.aliases') ? await registry.aliases() : undefined

  return new Map(
    runs.flatMap(({ runId, version, source }): [string, RunFacts][] => {
      const run = lookups.get(runId)
      if (run === undefined) return []
      const resolved = sources.get(runId) ?? { ok: true, source }
      const facts: RunFacts = {
        run,
        source: resolved,
        loggedModel: resolved.ok ? models.get(loggedModelId(resolved.source) ?? '') : undefined,
        experimentName: run.kind === 'found' ? experiments?.get(run.run.experimentId) : undefined,
        aliases: aliases?.get(`${version.version}/${version.name}`) ?? version.aliases,
      }
      return [[runId, facts]]
    }),
  )
}

/** A new file needs all of the run, an existing one only its experiment and lifecycle stage. */
function wantedRun(selected: SelectedRun, state: FileState): RunWanted[] {
  const id = selected.runId
  switch (state.kind) {
    case 'absent':
    case 'unparseable':
      return [{ id, detail: 'whole', experimentId: experimentInSource(selected.source, id) }]
    case 'values':
      return [{ id, detail: 'state', experimentId: state.values.owned.experimentId }]
    default:
      return []
  }
}

/** `mlflow-artifacts:/<experiment>/<run>/…` says where the run is; only a hint. */
function experimentInSource(source: string, runId: string): string | undefined {
  const segments = source.split('/')
  const experiment = segments[segments.indexOf(runId) - 1]
  return experiment !== undefined && /^\d+$/.test(experiment) ? experiment : undefined
}

function newFile(
  selected: SelectedRun,
  state: FileState,
  lookup: RunLookup | undefined,
): readonly NewFile[] {
  const isNew = state.kind === 'absent' || state.kind === 'unparseable'
  return isNew && lookup?.kind === 'found' && lookup.run.lifecycle === 'active'
    ? [{ selected, run: lookup.run }]
    : []
}

/** Copies whose origin is not in the listing: MLflow itself resolved them when they were made. */
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

/** Only `models:/m-…` does not itself say where the artifacts are. */
async function readModels(
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

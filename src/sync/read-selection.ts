import { loggedModelId } from '../core/artifacts.ts'
import { MlflowError, SyncError } from '../core/errors.ts'
import type { ModelVersion, RunLookup } from '../core/model.ts'
import { missingRun } from '../core/plan/run.ts'
import type { Problem } from '../core/result.ts'
import { findSelectionGaps } from '../core/selection-gaps.ts'
import {
  addAliases,
  chooseVersionPerRun,
  selectVersions,
  type ExcludedVersion,
  type SelectedRun,
  type Selection,
} from '../core/select.ts'
import { prose, type Prose } from '../core/text/prose.ts'
import type { Registry } from '../mlflow/registry.ts'

/** Result of applying a selection to the Model Registry. */
export type SelectionResult = {
  readonly runs: readonly SelectedRun[]
  readonly excluded: readonly ExcludedVersion[]
  /** All versions that MLflow listed, selected or not. */
  readonly listed: readonly ModelVersion[]
  /** What the selection asks for and MLflow does not have; nothing is deleted because of it. */
  readonly gaps: readonly Problem[]
}

/** Reads the registry and selects the model version that each run's file describes. */
export async function readSelection(
  registry: Registry,
  selection: Selection,
  now: number,
): Promise<SelectionResult> {
  const { runFilter } = selection
  const listed = await listVersions(registry, selection)
  const versions = selectVersions(listed, selection, now)
  const resolved = await resolveRuns(registry, versions.selected)
  const chosen = chooseVersionPerRun(resolved)
  const filtered = await applyRunFilter(registry, chosen.runs, runFilter)
  const result = {
    listed,
    runs: filtered.runs,
    excluded: [...versions.excluded, ...chosen.excluded, ...filtered.excluded],
  }
  return { ...result, gaps: await readGaps(registry, selection, result) }
}

/**
 * Aliases are read before the versions: a version that gets an alias in between is then listed, and
 * the one that loses it stays selected for this sync.
 */
async function listVersions(
  registry: Registry,
  { filter, aliases }: Selection,
): Promise<readonly ModelVersion[]> {
  const models = aliases.length > 0 ? await registry.registeredModels() : []
  const versions = await nameInputInErrors('filter', filter, () => registry.versions(filter))
  return models.length > 0 ? addAliases(versions, models) : versions
}

/** Only the registered models can tell what a filter hides, and which models have no version. */
async function readGaps(
  registry: Registry,
  selection: Selection,
  result: Omit<SelectionResult, 'gaps'>,
): Promise<Problem[]> {
  const models = selection.aliases.length > 0 ? await registry.registeredModels() : []
  const gaps = findSelectionGaps({ selection, ...result, registeredModels: models })
  if (gaps.length === 0 || models.length > 0) return gaps
  const registeredModels = await registry.registeredModels()
  return findSelectionGaps({ selection, ...result, registeredModels })
}

/**
 * If MLflow rejects a filter, adds the name of the input to MLflow's error message.
 *
 * @throws SyncError about this target alone.
 */
export async function nameInputInErrors<T>(
  input: string,
  filter: string | undefined,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (filter === undefined || !(error instanceof MlflowError) || error.status !== 400) throw error
    throw new SyncError(prose`MLflow rejected the \`${input}\` input: ${error.text}`, {
      advice: prose`Correct the filter \`${filter}\`. Its syntax is that of MLflow's own search.`,
      cause: error,
    })
  }
}

async function applyRunFilter(
  registry: Registry,
  runs: readonly SelectedRun[],
  runFilter: string | undefined,
): Promise<{ runs: readonly SelectedRun[]; excluded: ExcludedVersion[] }> {
  if (runFilter === undefined || runs.length === 0) return { runs, excluded: [] }
  // Read first, so that an error of this listing is not blamed on the filter.
  await registry.experiments()
  const { matching, rejected } = await nameInputInErrors('run-filter', runFilter, () =>
    registry.filterRuns(
      runFilter,
      runs.map(({ runId }) => runId),
    ),
  )
  const others = runs.filter(({ runId }) => !matching.has(runId))
  const lookups = await registry.runs(
    others
      .filter(({ runId }) => !rejected.has(runId))
      .map(({ runId }) => ({ id: runId, detail: 'basic', experimentId: undefined })),
  )
  return {
    runs: runs.filter(({ runId }) => matching.has(runId)),
    excluded: others.map(({ runId, version }) => ({
      version,
      ...excludeByRunFilter(rejected.get(runId), lookups.get(runId)),
    })),
  }
}

function excludeByRunFilter(
  rejection: Prose | undefined,
  lookup: RunLookup | undefined,
): Omit<ExcludedVersion, 'version'> {
  const error = rejection ?? (lookup?.kind === 'failed' ? lookup.reason : undefined)
  if (error !== undefined) return { exclusion: 'unusable', outcome: 'failed', reason: error }
  const reason =
    lookup?.kind === 'missing' ? missingRun : prose`its run does not match \`run-filter\``
  return { exclusion: 'run-filter', outcome: 'skipped', reason }
}

/**
 * Finds the run of a version without one through its logged model. The UI of MLflow 3.0 to 3.3
 * registers such versions.
 */
async function resolveRuns(
  registry: Registry,
  versions: readonly ModelVersion[],
): Promise<ModelVersion[]> {
  const modelIds = new Set(
    versions.flatMap((version) => {
      const id = version.runId === '' ? loggedModelId(version.source) : undefined
      return id === undefined ? [] : [id]
    }),
  )
  if (modelIds.size === 0) return [...versions]
  const models = await registry.loggedModels([...modelIds], [])
  return versions.map((version) => {
    if (version.runId !== '') return version
    const model = models.get(loggedModelId(version.source) ?? '')
    return model === undefined ? version : { ...version, runId: model.sourceRunId }
  })
}

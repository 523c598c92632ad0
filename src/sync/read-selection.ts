import { loggedModelId } from '../core/artifacts.ts'
import { MlflowError } from '../core/errors.ts'
import { versionKey, type ModelVersion } from '../core/model.ts'
import {
  chooseVersionPerRun,
  selectVersions,
  type ExcludedVersion,
  type SelectedRun,
  type Selection,
} from '../core/select.ts'
import type { Registry } from '../mlflow/registry.ts'

/** Result of applying a selection to the Model Registry. */
export type SelectionResult = {
  readonly runs: readonly SelectedRun[]
  readonly excluded: readonly ExcludedVersion[]
  /** All versions that MLflow listed, selected or not. */
  readonly listed: readonly ModelVersion[]
}

/** Reads the registry and selects the model version that each run's file describes. */
export async function readSelection(
  registry: Registry,
  selection: Selection,
  now: number,
): Promise<SelectionResult> {
  const { filter, runFilter } = selection
  const rows = await nameInputInErrors('filter', filter, () => registry.versions(filter))
  const listed = selection.aliases.length > 0 ? await addAliases(registry, rows) : rows
  const versions = selectVersions(listed, selection, now)
  const resolved = await resolveRuns(registry, versions.selected)
  const chosen = chooseVersionPerRun(resolved, listed)
  const filtered = await applyRunFilter(registry, chosen.runs, runFilter)
  return {
    runs: filtered.runs,
    excluded: [...versions.excluded, ...chosen.excluded, ...filtered.excluded],
    listed,
  }
}

/** If MLflow rejects a filter, adds the name of the input to MLflow's error message. */
async function nameInputInErrors<T>(
  input: string,
  filter: string | undefined,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (filter === undefined || !(error instanceof MlflowError) || error.status !== 400) throw error
    throw new MlflowError(`MLflow rejected the \`${input}\` input: ${error.message}`, {
      status: 400,
      advice: `It must be a filter in MLflow's own grammar; given: ${filter}`,
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
  const ids = runs.map(({ runId }) => runId)
  // Read first, so that an error of this listing is not blamed on the filter.
  await registry.experiments()
  const matching = await nameInputInErrors('run-filter', runFilter, () =>
    registry.matchingRuns(runFilter, ids),
  )
  return {
    runs: runs.filter(({ runId }) => matching.has(runId)),
    excluded: runs
      .filter(({ runId }) => !matching.has(runId))
      .map(({ version }) => ({
        version,
        outcome: 'skipped',
        reason: 'its run does not pass run-filter',
        protectsFile: false,
      })),
  }
}

/** Adds the aliases from the registry to any that a server already sends with the versions. */
async function addAliases(
  registry: Registry,
  versions: readonly ModelVersion[],
): Promise<ModelVersion[]> {
  const aliases = await registry.aliases()
  return versions.map((version) => ({
    ...version,
    aliases: [...new Set([...version.aliases, ...(aliases.get(versionKey(version)) ?? [])])].sort(),
  }))
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
  const models = await registry.loggedModels([...modelIds])
  return versions.map((version) => {
    if (version.runId !== '') return version
    const model = models.get(loggedModelId(version.source) ?? '')
    return model === undefined ? version : { ...version, runId: model.sourceRunId }
  })
}

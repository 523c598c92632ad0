import { loggedModelId } from '../core/artifacts.ts'
import { MlflowError } from '../core/errors.ts'
import type { ModelVersion, RunLookup } from '../core/model.ts'
import { missingRun } from '../core/plan/run.ts'
import type { Problem } from '../core/problem.ts'
import { findSelectionGaps } from '../core/selection-gaps.ts'
import {
  addAliases,
  chooseVersionPerRun,
  selectVersions,
  type ExcludedVersion,
  type SelectedRun,
  type Selection,
} from '../core/select.ts'
import type { Target } from '../core/target.ts'
import { prose, type Prose } from '../core/text/prose.ts'
import type { Registry, RunRequest } from '../mlflow/registry.ts'
import { nameFilterInErrors } from './filter-errors.ts'
import { splitTargets, type FailedTarget } from './targets.ts'

/** Result of applying a selection to the Model Registry. */
export type SelectionResult = {
  readonly runs: readonly SelectedRun[]
  readonly excluded: readonly ExcludedVersion[]
  /** All versions that MLflow listed, selected or not. */
  readonly listed: readonly ModelVersion[]
  /** What the selection asks for and MLflow does not have; nothing is deleted because of it. */
  readonly gaps: readonly Problem[]
}

/** A target with the result of its selection. */
export type SelectedTarget = { readonly target: Target; readonly selected: SelectionResult }

/** A target with its versions, before the runs are looked at. */
type Candidates = {
  readonly target: Target
  readonly listed: readonly ModelVersion[]
  readonly versions: ReturnType<typeof selectVersions>
}

/**
 * Reads the registry and selects, for each target, the model version that each run's file describes.
 * What several targets need is read together. A target whose filter MLflow rejects fails by itself.
 */
export async function readSelections(
  registry: Registry,
  targets: readonly Target[],
  now: number,
): Promise<{ selected: SelectedTarget[]; failed: FailedTarget[] }> {
  const all = targets.map((target) => ({ target }))
  const listings = await splitTargets(all, async ({ target }): Promise<Candidates> => {
    const listed = await listVersions(registry, target)
    return { target, listed, versions: selectVersions(listed, target.selection, now) }
  })
  const resolve = await createRunResolver(registry, listings.succeeded)
  const candidates = listings.succeeded.map((candidate) => ({
    ...candidate,
    chosen: chooseVersionPerRun(resolve(candidate.versions.selected)),
  }))
  await prefetchRunFilters(registry, candidates)
  const selections = await splitTargets(candidates, async ({ target, listed, ...candidate }) => {
    const { versions, chosen } = candidate
    const filtered = await applyRunFilter(registry, chosen.runs, target)
    const result = {
      listed,
      runs: filtered.runs,
      excluded: [...versions.excluded, ...chosen.excluded, ...filtered.excluded],
    }
    const gaps = await readGaps(registry, target.selection, result)
    return { target, selected: { ...result, gaps } }
  })
  return { selected: selections.succeeded, failed: [...listings.failed, ...selections.failed] }
}

/**
 * Aliases are read before the versions: a version that gets an alias in between is then listed, and
 * the one that loses it stays selected for this sync.
 */
async function listVersions(registry: Registry, target: Target): Promise<readonly ModelVersion[]> {
  const { filter, aliases } = target.selection
  const models = aliases.length > 0 ? await registry.registeredModels() : []
  const versions = await nameFilterInErrors('filter', target, () => registry.versions(filter))
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

/** Searches each run filter once for the runs of all targets that have it. */
async function prefetchRunFilters(
  registry: Registry,
  candidates: readonly (Pick<Candidates, 'target'> & {
    readonly chosen: { readonly runs: readonly SelectedRun[] }
  })[],
): Promise<void> {
  const groups = Map.groupBy(candidates, ({ target }) => target.selection.runFilter)
  const others: string[] = []
  for (const [filter, sharing] of groups) {
    const ids = [...new Set(sharing.flatMap(({ chosen }) => chosen.runs.map(({ runId }) => runId)))]
    if (filter === undefined || ids.length === 0) continue
    // Read first, so that an error of this listing is not blamed on the filter.
    await registry.experiments()
    try {
      const { matching, rejected } = await registry.filterRuns(filter, ids)
      others.push(...ids.filter((id) => !matching.has(id) && !rejected.has(id)))
    } catch (error) {
      // Each target reports it, with the place of its own filter.
      if (!(error instanceof MlflowError && error.isFilterRejected)) throw error
    }
  }
  if (others.length > 0) await registry.runs(basicRequests(others))
}

function basicRequests(runIds: readonly string[]): RunRequest[] {
  return runIds.map((id) => ({ id, detail: 'basic', experimentId: undefined }))
}

async function applyRunFilter(
  registry: Registry,
  runs: readonly SelectedRun[],
  target: Target,
): Promise<{ runs: readonly SelectedRun[]; excluded: ExcludedVersion[] }> {
  const { runFilter } = target.selection
  if (runFilter === undefined || runs.length === 0) return { runs, excluded: [] }
  const ids = runs.map(({ runId }) => runId)
  const { matching, rejected } = await nameFilterInErrors('run-filter', target, () =>
    registry.filterRuns(runFilter, ids),
  )
  const others = runs.filter(({ runId }) => !matching.has(runId))
  const unexplained = others.map(({ runId }) => runId).filter((id) => !rejected.has(id))
  const lookups = await registry.runs(basicRequests(unexplained))
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
 * Finds the runs of versions without one through their logged models. The UI of MLflow 3.0 to 3.3
 * registers such versions.
 */
async function createRunResolver(
  registry: Registry,
  candidates: readonly Candidates[],
): Promise<(versions: readonly ModelVersion[]) => readonly ModelVersion[]> {
  const modelIds = new Set(
    candidates
      .flatMap(({ versions }) => versions.selected)
      .flatMap((version) => {
        const id = version.runId === '' ? loggedModelId(version.source) : undefined
        return id === undefined ? [] : [id]
      }),
  )
  if (modelIds.size === 0) return (versions) => versions
  const models = await registry.loggedModels([...modelIds], [])
  return (versions) =>
    versions.map((version) => {
      if (version.runId !== '') return version
      const model = models.get(loggedModelId(version.source) ?? '')
      return model === undefined ? version : { ...version, runId: model.sourceRunId }
    })
}

import { MlflowError } from '../core/errors.ts'
import {
  versionKey,
  type LoggedModel,
  type ModelVersion,
  type RegisteredModel,
  type Run,
  type RunDetail,
  type RunLookup,
} from '../core/model.ts'
import type { ReportProgress } from '../core/runtime.ts'
import type { MlflowClient } from './client.ts'
import { searchLoggedModels } from './logged-models.ts'
import { createRunFilter, type RunFilter } from './run-filter.ts'
import { listExperiments, searchRuns } from './runs.ts'
import {
  listMatchingVersions,
  listModelVersions,
  listRegisteredModels,
  listVersionsOfRuns,
  readDownloadUri,
} from './versions.ts'

export type RunRequest = {
  readonly id: string
  readonly detail: RunDetail
  /** The experiment that probably contains the run. If it does, experiments need not be listed. */
  readonly experimentId: string | undefined
}

/** With more runs, one listing without a filter takes fewer requests. */
const maxRunsInFilters = 400

/**
 * The Model Registry and its runs, as seen by one sync. Listings, runs and locations are read once,
 * even if the sync has to plan again.
 */
export type Registry = {
  /** All model versions that match an MLflow filter; most servers send them without aliases. */
  readonly versions: (filter: string | undefined) => Promise<readonly ModelVersion[]>
  /** At least all versions of some runs, whatever the filter of the listing was. */
  readonly versionsOfRuns: (runIds: readonly string[]) => Promise<readonly ModelVersion[]>
  readonly registeredModels: () => Promise<readonly RegisteredModel[]>
  /** Names of all experiments by id. */
  readonly experiments: () => Promise<ReadonlyMap<string, string>>
  /** Runs by id; may include more than the requested ones. */
  readonly runs: (requested: readonly RunRequest[]) => Promise<ReadonlyMap<string, RunLookup>>
  /** Ids of the runs that match an MLflow run filter, and why single runs could not be read. */
  readonly filterRuns: RunFilter
  /** Logged models by id. Experiments that probably contain them are searched first. */
  readonly loggedModels: (
    ids: readonly string[],
    probableExperimentIds: readonly string[],
  ) => Promise<ReadonlyMap<string, LoggedModel>>
  /** Logged models whose source run is one of these, by their own id. */
  readonly loggedModelsOfRuns: (
    runIds: readonly string[],
  ) => Promise<ReadonlyMap<string, LoggedModel>>
  /** Location of a version's artifacts, as MLflow resolves it. */
  readonly downloadUri: (name: string, version: string) => Promise<string>
  readonly progress: ReportProgress
}

export function createRegistry(client: MlflowClient): Registry {
  const listings = new Map<string | undefined, () => Promise<ModelVersion[]>>()
  const experiments = readOnce(() => listExperiments(client))
  const experimentIds = async (): Promise<string[]> => [...(await experiments()).keys()]
  const versions = (filter: string | undefined): Promise<ModelVersion[]> => {
    const list = () =>
      filter === undefined
        ? listModelVersions(client, filter)
        : listMatchingVersions(client, filter)
    const listing = listings.get(filter) ?? readOnce(list)
    listings.set(filter, listing)
    return listing()
  }
  const locations = new Map<string, () => Promise<string>>()
  return {
    versions,
    versionsOfRuns: (runIds) =>
      runIds.length > maxRunsInFilters ? versions(undefined) : listVersionsOfRuns(client, runIds),
    registeredModels: readOnce(() => listRegisteredModels(client)),
    experiments,
    runs: createRunReader(client, experimentIds),
    filterRuns: createRunFilter(client, experimentIds),
    loggedModels: async (ids, probable) =>
      findByHints(
        ids,
        (unknown) =>
          searchLoggedModels(client, 'model_id', unknown, probable.filter(isExperimentId)),
        async (unknown) => searchLoggedModels(client, 'model_id', unknown, await experimentIds()),
      ),
    loggedModelsOfRuns: async (runIds) =>
      searchLoggedModels(client, 'source_run_id', runIds, await experimentIds()),
    downloadUri: (name, version) => {
      const key = versionKey({ name, version })
      const location = locations.get(key) ?? readOnce(() => readDownloadUri(client, name, version))
      locations.set(key, location)
      return location()
    },
    progress: client.progress,
  }
}

/** Remembers a result, but of the failures only those that a filter is to blame for. */
function readOnce<T>(read: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => {
    result ??= read().catch((error: unknown) => {
      if (!isFilterRejected(error)) result = undefined
      throw error
    })
    return result
  }
}

function isFilterRejected(error: unknown): boolean {
  return error instanceof MlflowError && error.isFilterRejected
}

/**
 * Looks ids up where they probably are, and the remaining ones everywhere. Hints come from files and
 * sources, which anyone may have written, so a request that they spoil counts as not finding anything.
 */
async function findByHints<T>(
  ids: readonly string[],
  findWithHints: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>,
  findEverywhere: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): Promise<Map<string, T>> {
  const found = new Map(await ignoreRejection(() => findWithHints(ids)))
  const rest = ids.filter((id) => !found.has(id))
  if (rest.length > 0) for (const [id, value] of await findEverywhere(rest)) found.set(id, value)
  return found
}

async function ignoreRejection<T>(
  find: () => Promise<ReadonlyMap<string, T>>,
): Promise<ReadonlyMap<string, T>> {
  try {
    return await find()
  } catch (error) {
    if (error instanceof MlflowError && error.status !== undefined) return new Map()
    throw error
  }
}

/** MLflow's experiment ids are 64-bit integers; other text would make it reject the request. */
function isExperimentId(text: string): boolean {
  return /^\d{1,18}$/.test(text)
}

function createRunReader(
  client: MlflowClient,
  experimentIds: () => Promise<string[]>,
): Registry['runs'] {
  const cache = new Map<string, { detail: RunDetail; lookup: RunLookup }>()

  const readRuns = async (requested: readonly RunRequest[], detail: RunDetail): Promise<void> => {
    const hints = new Map<string, string>()
    for (const { id, experimentId = '' } of requested) {
      if (isExperimentId(experimentId)) hints.set(id, experimentId)
    }
    const found = await findByHints(
      requested.map(({ id }) => id),
      () => {
        const probable = [...new Set(hints.values())]
        const options = { client, experimentIds: probable, detail, splitRejected: false }
        return searchRuns([...hints.keys()], options)
      },
      async (rest) => {
        const all = await experimentIds()
        return searchRuns(rest, { client, experimentIds: all, detail, splitRejected: true })
      },
    )
    for (const { id } of requested) {
      cache.set(id, { detail, lookup: trimToDetail(found.get(id) ?? { kind: 'missing' }, detail) })
    }
  }

  return async (requested) => {
    for (const detail of ['full', 'basic'] as const) {
      const unread = requested.filter((run) => {
        const cached = cache.get(run.id)
        return run.detail === detail && cached?.detail !== 'full' && cached?.detail !== detail
      })
      if (unread.length > 0) await readRuns(unread, detail)
    }
    return new Map([...cache].map(([id, { lookup }]) => [id, lookup]))
  }
}

/**
 * The search always returns params, metrics and tags; keeping them for 10,000 runs would take too
 * much memory.
 */
function trimToDetail(lookup: RunLookup, detail: RunDetail): RunLookup {
  if (lookup.kind !== 'found' || detail === 'full') return lookup
  const run: Run = { ...lookup.run, params: {}, metrics: {}, tags: {} }
  return { kind: 'found', run }
}

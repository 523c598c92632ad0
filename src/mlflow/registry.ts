import type { LoggedModel, ModelVersion, Run, RunDetail, RunLookup } from '../core/model.ts'
import type { MlflowClient } from './client.ts'
import { readDownloadUri, searchLoggedModels } from './logged-models.ts'
import { filterRuns, listExperiments, searchRuns } from './runs.ts'
import { listAliases, listModelVersions } from './versions.ts'

export type RunRequest = {
  readonly id: string
  readonly detail: RunDetail
  /** The experiment that probably contains the run. If it does, experiments need not be listed. */
  readonly experimentId: string | undefined
}

/**
 * The Model Registry and its runs, as seen by one sync. Listings and runs are read once, even if the
 * sync has to plan again.
 */
export type Registry = {
  /** All model versions that match an MLflow filter; most servers send them without aliases. */
  readonly versions: (filter: string | undefined) => Promise<readonly ModelVersion[]>
  /** Aliases by `version/name`. */
  readonly aliases: () => Promise<ReadonlyMap<string, readonly string[]>>
  /** Names of all experiments by id. */
  readonly experiments: () => Promise<ReadonlyMap<string, string>>
  /** Runs by id; may include more than the requested ones. */
  readonly runs: (requested: readonly RunRequest[]) => Promise<ReadonlyMap<string, RunLookup>>
  /** Ids of the runs that match an MLflow run filter. */
  readonly matchingRuns: (filter: string, ids: readonly string[]) => Promise<ReadonlySet<string>>
  /** Logged models by id; searches all experiments by default. */
  readonly loggedModels: (
    ids: readonly string[],
    experimentIds?: readonly string[],
  ) => Promise<ReadonlyMap<string, LoggedModel>>
  /** Location of a version's artifacts, as MLflow resolves it. */
  readonly downloadUri: (name: string, version: string) => Promise<string>
}

export function createRegistry(client: MlflowClient): Registry {
  const listings = new Map<string | undefined, () => Promise<ModelVersion[]>>()
  const experiments = readOnce(() => listExperiments(client))
  const experimentIds = async (): Promise<string[]> => [...(await experiments()).keys()]
  return {
    versions: (filter) => {
      const listing = listings.get(filter) ?? readOnce(() => listModelVersions(client, filter))
      listings.set(filter, listing)
      return listing()
    },
    aliases: readOnce(() => listAliases(client)),
    experiments,
    runs: createRunReader(client, experimentIds),
    matchingRuns: async (filter, ids) => filterRuns(client, filter, ids, await experimentIds()),
    loggedModels: async (ids, inExperiments) =>
      searchLoggedModels(client, ids, inExperiments ?? (await experimentIds())),
    downloadUri: (name, version) => readDownloadUri(client, name, version),
  }
}

/** Remembers a result, but not a failure. */
function readOnce<T>(read: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => {
    result ??= read().catch((error: unknown) => {
      result = undefined
      throw error
    })
    return result
  }
}

function createRunReader(
  client: MlflowClient,
  experimentIds: () => Promise<string[]>,
): Registry['runs'] {
  const cache = new Map<string, { detail: RunDetail; lookup: RunLookup }>()

  const readRuns = async (requested: readonly RunRequest[], detail: RunDetail): Promise<void> => {
    const withHint = requested.filter((run) => run.experimentId !== undefined)
    const hints = new Set(withHint.map((run) => run.experimentId ?? ''))
    const found = await searchRuns(client, idsOf(withHint), [...hints], detail)
    const rest = requested.filter((run) => !found.has(run.id))
    if (rest.length > 0) {
      const all = await experimentIds()
      for (const [id, lookup] of await searchRuns(client, idsOf(rest), all, detail)) {
        found.set(id, lookup)
      }
    }
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

function idsOf(runs: readonly RunRequest[]): string[] {
  return runs.map((run) => run.id)
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

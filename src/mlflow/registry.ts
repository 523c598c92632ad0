import type { LoggedModel, ModelVersion, Run, RunLookup } from '../core/model.ts'
import type { MlflowClient } from './client.ts'
import { readDownloadUri, searchLoggedModels } from './logged-models.ts'
import { filterRuns, listExperiments, searchRuns, type RunDetail } from './runs.ts'
import { listAliases, listModelVersions } from './versions.ts'

export type RunWanted = {
  readonly id: string
  readonly detail: RunDetail
  /** Where it probably is: saves the listing of all experiments. */
  readonly experimentId: string | undefined
}

/**
 * The Model Registry and its runs as one sync sees them: whatever was read once is not read again,
 * however often the sync has to plan again.
 */
export type Registry = {
  /** All model versions that pass an MLflow filter, without their aliases. */
  readonly versions: (filter: string | undefined) => Promise<readonly ModelVersion[]>
  /** Aliases by `version/name`. */
  readonly aliases: () => Promise<ReadonlyMap<string, readonly string[]>>
  /** Names of all experiments by id. */
  readonly experiments: () => Promise<ReadonlyMap<string, string>>
  readonly runs: (wanted: readonly RunWanted[]) => Promise<ReadonlyMap<string, RunLookup>>
  /** Which of the runs match an MLflow run filter. */
  readonly matchingRuns: (filter: string, ids: readonly string[]) => Promise<ReadonlySet<string>>
  /** Logged models by id; all experiments are searched unless some are named. */
  readonly loggedModels: (
    ids: readonly string[],
    experimentIds?: readonly string[],
  ) => Promise<ReadonlyMap<string, LoggedModel>>
  /** Where a version's artifacts are, resolved by MLflow itself. */
  readonly downloadUri: (name: string, version: string) => Promise<string>
}

export function createRegistry(client: MlflowClient): Registry {
  const listings = new Map<string | undefined, Promise<ModelVersion[]>>()
  let aliases: Promise<Map<string, string[]>> | undefined
  let experiments: Promise<Map<string, string>> | undefined
  const listAll = (): Promise<Map<string, string>> => (experiments ??= listExperiments(client))
  const experimentIds = async (): Promise<string[]> => [...(await listAll()).keys()]
  return {
    versions: (filter) => {
      const listing = listings.get(filter) ?? listModelVersions(client, filter)
      listings.set(filter, listing)
      return listing
    },
    aliases: () => (aliases ??= listAliases(client)),
    experiments: listAll,
    runs: createRunReader(client, experimentIds),
    matchingRuns: async (filter, ids) => filterRuns(client, filter, ids, await experimentIds()),
    loggedModels: async (ids, among) =>
      searchLoggedModels(client, ids, among ?? (await experimentIds())),
    downloadUri: (name, version) => readDownloadUri(client, name, version),
  }
}

function createRunReader(
  client: MlflowClient,
  experimentIds: () => Promise<string[]>,
): Registry['runs'] {
  const known = new Map<string, { detail: RunDetail; lookup: RunLookup }>()

  const readDetail = async (wanted: readonly RunWanted[], detail: RunDetail): Promise<void> => {
    const hinted = wanted.filter((run) => run.experimentId !== undefined)
    const hints = new Set(hinted.map((run) => run.experimentId ?? ''))
    const found = await searchRuns(client, ids(hinted), [...hints], detail)
    const rest = wanted.filter((run) => !found.has(run.id))
    if (rest.length > 0) {
      const all = await experimentIds()
      for (const [id, lookup] of await searchRuns(client, ids(rest), all, detail)) {
        found.set(id, lookup)
      }
    }
    for (const { id } of wanted) {
      known.set(id, { detail, lookup: keep(found.get(id) ?? { kind: 'missing' }, detail) })
    }
  }

  return async (wanted) => {
    for (const detail of ['whole', 'state'] as const) {
      const unread = wanted.filter((run) => {
        const have = known.get(run.id)
        return run.detail === detail && have?.detail !== 'whole' && have?.detail !== detail
      })
      if (unread.length > 0) await readDetail(unread, detail)
    }
    return new Map([...known].map(([id, { lookup }]) => [id, lookup]))
  }
}

function ids(runs: readonly RunWanted[]): string[] {
  return runs.map((run) => run.id)
}

/** Ten thousand runs with all their parameters would not fit into memory for nothing. */
function keep(lookup: RunLookup, detail: RunDetail): RunLookup {
  if (lookup.kind !== 'found' || detail === 'whole') return lookup
  const run: Run = { ...lookup.run, params: {}, metrics: {}, tags: {} }
  return { kind: 'found', run }
}

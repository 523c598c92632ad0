import { MlflowError } from '../core/errors.ts'
import { versionKey, type ModelVersion, type RegisteredModel } from '../core/model.ts'
import { compareText } from '../core/text/format.ts'
import type { CallOptions, MlflowClient } from './client.ts'
import { unlessMissing } from './errors.ts'
import { readWithFilter } from './filters.ts'
import { readPages } from './pages.ts'
import { isOddRunId, runIdCondition } from './run-ids.ts'
import { registeredModelPage, registeredModelResponse } from './registered-model-schema.ts'
import { downloadUri, modelVersionPage, modelVersionResponse } from './model-version-schema.ts'

/** The largest page size that every server accepts, including Databricks. */
const versionsPerPage = 10_000

/** If the larger one is too large, because of long descriptions and tags. */
const versionsPerSmallPage = 1000

/** MLflow's maximum page size for registered models. */
const modelsPerPage = 1000

/** A request line may have 4094 bytes with gunicorn, which an id takes 41 of. */
const runsPerSearch = 80

/**
 * Reads all model versions that match a filter, without duplicates, oldest first. MLflow pages by
 * offset, so in any other order a version registered during the listing could make it repeat or miss
 * rows. The result is sorted here as well, because servers before MLflow 2.2 ignore the order.
 *
 * A version deleted during the listing can still make it miss another one, so a version that is not
 * listed may exist.
 */
export async function listModelVersions(
  client: MlflowClient,
  filter: string | undefined,
  options?: CallOptions,
): Promise<ModelVersion[]> {
  let pageSize = versionsPerPage
  const readPage = (pageToken: string | undefined) =>
    client.get(
      'model-versions/search',
      {
        filter,
        max_results: pageSize,
        order_by: 'creation_timestamp ASC',
        page_token: pageToken,
      },
      modelVersionPage,
      options,
    )
  const rows = await readPages(
    'model versions',
    async (pageToken) => {
      try {
        return await readPage(pageToken)
      } catch (error) {
        const isTooLarge = error instanceof MlflowError && error.isTooLarge
        if (!isTooLarge || pageSize === versionsPerSmallPage) throw error
        // A page token is an offset, so it holds for pages of any size.
        pageSize = versionsPerSmallPage
        return readPage(pageToken)
      }
    },
    (count) => client.progress('read', count, undefined, 'model version'),
  )
  // Rows that do not even say which version they are about must not be taken for the same one.
  const unique = new Map(
    rows.map((row) => [row.name === '' || row.version === '' ? row : versionKey(row), row]),
  )
  return [...unique.values()].sort(
    (a, b) => a.creationTime - b.creationTime || compareText(a.name, b.name),
  )
}

/** Reads all model versions that match a filter which a person wrote. */
export function listMatchingVersions(
  client: MlflowClient,
  filter: string,
): Promise<ModelVersion[]> {
  return readWithFilter(
    () => listModelVersions(client, filter, { hasFilter: true }),
    () => client.get('model-versions/search', { max_results: 1 }, modelVersionPage),
  )
}

/** Reads the versions of some runs. */
export async function listVersionsOfRuns(
  client: MlflowClient,
  runIds: readonly string[],
): Promise<ModelVersion[]> {
  const odd = runIds.filter(isOddRunId).map((id) => [id])
  const others = runIds.filter((id) => !isOddRunId(id))
  const batches: string[][] = []
  for (let start = 0; start < others.length; start += runsPerSearch) {
    batches.push(others.slice(start, start + runsPerSearch))
  }
  const versions: ModelVersion[] = []
  for (const batch of [...batches, ...odd]) {
    versions.push(...(await listModelVersions(client, runIdCondition('run_id', batch))))
  }
  return versions
}

/** Reads all registered models with their aliases (MLflow 2.3+). */
export function listRegisteredModels(client: MlflowClient): Promise<RegisteredModel[]> {
  return readPages('registered models', (pageToken) =>
    client.get(
      'registered-models/search',
      { max_results: modelsPerPage, page_token: pageToken },
      registeredModelPage,
    ),
  )
}

/** Reads the current state of one version, with its aliases; undefined if MLflow does not have it. */
export function readModelVersion(
  client: MlflowClient,
  name: string,
  version: string,
): Promise<ModelVersion | undefined> {
  return unlessMissing(async () => {
    const response = await client.get('model-versions/get', { name, version }, modelVersionResponse)
    return response.model_version
  })
}

/**
 * Reads the current state of one registered model; undefined if MLflow does not have it, or cannot have
 * a model of this name.
 */
export async function readRegisteredModel(
  client: MlflowClient,
  name: string,
): Promise<RegisteredModel | undefined> {
  try {
    return await unlessMissing(async () => {
      const response = await client.get('registered-models/get', { name }, registeredModelResponse)
      return response.registered_model
    })
  } catch (error) {
    if (error instanceof MlflowError && error.code === 'INVALID_PARAMETER_VALUE') return undefined
    throw error
  }
}

/** Asks MLflow for the location of a version's artifacts, which it resolved if it is a copy. */
export async function readDownloadUri(
  client: MlflowClient,
  name: string,
  version: string,
): Promise<string> {
  const { artifact_uri } = await client.get(
    'model-versions/get-download-uri',
    { name, version },
    downloadUri,
  )
  return artifact_uri
}

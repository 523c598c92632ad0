import { versionKey, type ModelVersion } from '../core/model.ts'
import { compareText } from '../core/text/format.ts'
import type { MlflowClient } from './client.ts'
import { readPages } from './pages.ts'
import { modelVersionPage, registeredModelPage } from './schema.ts'

/** The largest page size that every server accepts, including Databricks. */
const versionsPerPage = 10_000

/** MLflow's maximum page size for registered models. */
const modelsPerPage = 1000

/**
 * Reads all model versions that match a filter, without duplicates, oldest first. MLflow pages by
 * offset, so in any other order a version registered during the listing could make it repeat or miss
 * rows. The result is sorted here as well, because servers before MLflow 2.2 ignore the order.
 */
export async function listModelVersions(
  client: MlflowClient,
  filter: string | undefined,
): Promise<ModelVersion[]> {
  const rows = await readPages('model versions', (pageToken) =>
    client.get(
      'model-versions/search',
      {
        filter,
        max_results: versionsPerPage,
        order_by: 'creation_timestamp ASC',
        page_token: pageToken,
      },
      modelVersionPage,
    ),
  )
  const unique = new Map(rows.map((row) => [versionKey(row), row]))
  return [...unique.values()].sort(
    (a, b) => a.creationTime - b.creationTime || compareText(a.name, b.name),
  )
}

/** Reads all aliases, by `version/name`, from a listing of the registered models (MLflow 2.3+). */
export async function listAliases(client: MlflowClient): Promise<Map<string, string[]>> {
  const models = await readPages('registered models', (pageToken) =>
    client.get(
      'registered-models/search',
      { max_results: modelsPerPage, page_token: pageToken },
      registeredModelPage,
    ),
  )
  const aliases = new Map<string, string[]>()
  for (const model of models) {
    for (const { alias, version } of model.aliases ?? []) {
      const key = versionKey({ name: model.name, version })
      aliases.set(key, [...(aliases.get(key) ?? []), alias])
    }
  }
  return aliases
}

import type { ModelVersion } from '../core/model.ts'
import { compareText } from '../core/text/format.ts'
import type { MlflowClient } from './client.ts'
import { readPages } from './pages.ts'
import { modelVersionPage, registeredModelPage } from './schema.ts'

/** The most that every MLflow, Databricks included, gives in one page. */
const versionsPerPage = 10_000

/** The server's own limit for registered models. */
const modelsPerPage = 1000

/**
 * All model versions that MLflow shows, each once, oldest first. Ordered by creation so that what
 * is registered during the reading comes at the end: MLflow pages by offset, any other order would
 * show rows twice or never. Sorted here as well, since servers before 2.2 ignore the order.
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
  const unique = new Map(rows.map((row) => [`${row.version}/${row.name}`, row]))
  return [...unique.values()].sort(
    (a, b) => a.creationTime - b.creationTime || compareText(a.name, b.name),
  )
}

/** Aliases by `version/name`, from one listing of the registered models (since MLflow 2.3). */
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
      const key = `${version}/${model.name}`
      aliases.set(key, [...(aliases.get(key) ?? []), alias])
    }
  }
  return aliases
}

import { MlflowError } from '../core/errors.ts'
import type { LoggedModel } from '../core/model.ts'
import type { MlflowClient } from './client.ts'
import { readPages } from './pages.ts'
import { loggedModelPage } from './logged-model-schema.ts'

const modelsPerSearch = 1000

/**
 * Reads logged models with one of these ids, or of these runs. MLflow 2 does not have them: the map is
 * empty.
 *
 * @returns logged models by id.
 */
export async function searchLoggedModels(
  client: MlflowClient,
  attribute: 'model_id' | 'source_run_id',
  ids: readonly string[],
  experimentIds: readonly string[],
): Promise<Map<string, LoggedModel>> {
  const found = new Map<string, LoggedModel>()
  if (experimentIds.length === 0) return found
  for (let start = 0; start < ids.length; start += modelsPerSearch) {
    const batch = ids.slice(start, start + modelsPerSearch)
    try {
      const rows = await readPages('logged models', (pageToken) =>
        client.post(
          'logged-models/search',
          {
            experiment_ids: experimentIds,
            filter: `${attribute} IN (${batch.map((id) => `'${id}'`).join(',')})`,
            max_results: modelsPerSearch,
            page_token: pageToken,
          },
          loggedModelPage,
        ),
      )
      for (const row of rows) if (row !== undefined) found.set(row.id, row)
    } catch (error) {
      if (error instanceof MlflowError && error.status === 404) return found
      throw error
    }
  }
  return found
}

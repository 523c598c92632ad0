import { DatabaseSync } from 'node:sqlite'
import { bulkRegister } from '../testing/mlflow/bulk.ts'
import type { MlflowAddress } from '../testing/mlflow/server.ts'

/** Models whose names begin with this are the ones that the jobs sync. */
export const syncedPrefix = 'synced'

const tables = [
  'model_versions',
  'registered_models',
  'logged_models',
  'latest_metrics',
  'params',
  'runs',
]

/** Changes the registry while the server runs. */
function change(mlflow: MlflowAddress, statements: readonly string[]): void {
  const database = new DatabaseSync(mlflow.databasePath, { timeout: 30_000 })
  database.exec(`begin immediate; ${statements.join('; ')}; commit`)
  database.close()
}

/** Replaces everything in the registry by versions of two days ago, each with a run of its own. */
export function fillRegistry(
  mlflow: MlflowAddress,
  experimentId: string,
  counts: { readonly synced: number; readonly others: number },
): void {
  change(
    mlflow,
    tables.map((table) => `delete from ${table}`),
  )
  const options = { experimentId, loggedModels: true }
  bulkRegister(mlflow, { ...options, count: counts.synced, prefix: syncedPrefix })
  if (counts.others > 0) bulkRegister(mlflow, { ...options, count: counts.others, prefix: 'other' })
  change(mlflow, ['update model_versions set creation_time = creation_time - 172800000'])
}

/** Registers the run of one version once more, two days later. */
export function addVersion(mlflow: MlflowAddress): void {
  const columns =
    'description, current_stage, source, run_id, status, run_link, storage_location, name'
  change(mlflow, [
    `insert into model_versions (${columns}, version, creation_time, last_updated_time)
      select ${columns},
        (select max(version) + 1 from model_versions where name = '${syncedPrefix}-0'),
        creation_time + 172800000, last_updated_time
      from model_versions where name = '${syncedPrefix}-0' and version = 1`,
  ])
}

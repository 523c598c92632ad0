import { DatabaseSync } from 'node:sqlite'
import type { MlflowServer } from './server.ts'

export type BulkOptions = {
  readonly experimentId: string
  readonly count: number
  /** Model names are `<prefix>-0`, `<prefix>-1`, …; ten models in all. */
  readonly prefix?: string
  /** How sources look: MLflow 3's `models:/m-…` needs logged models, which are made too. */
  readonly loggedModels?: boolean
  /** Ids begin with this number; a second call must not repeat them. */
  readonly firstRun?: number
}

/**
 * Registers many versions, one a run, by SQL in the live SQLite file: 10,000 in a second, where the
 * REST API takes minutes. The rows are those that the API makes.
 *
 * @returns the run ids.
 */
export const bulkRegister = (server: MlflowServer, options: BulkOptions): string[] => {
  const { experimentId, count, prefix = 'bulk', loggedModels = false, firstRun = 0 } = options
  const database = new DatabaseSync(server.databasePath)
  const now = Date.now()
  const run = database.prepare(
    `insert into runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status,
       start_time, end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)
     values (?, ?, 'UNKNOWN', '', '', '', 'FINISHED', ?, ?, '', 'active', ?, ?)`,
  )
  const metric = database.prepare(
    `insert into latest_metrics (key, value, timestamp, step, is_nan, run_uuid) values ('accuracy', 0.9, ?, 0, 0, ?)`,
  )
  const param = database.prepare(
    `insert into params (key, value, run_uuid) values ('epochs', '3', ?)`,
  )
  const model = database.prepare(
    `insert or ignore into registered_models (name, creation_time, last_updated_time, description) values (?, ?, ?, '')`,
  )
  const version = database.prepare(
    `insert into model_versions (name, version, creation_time, last_updated_time, description,
       current_stage, source, run_id, status, run_link, storage_location)
     values (?, ?, ?, ?, '', 'None', ?, ?, 'READY', '', ?)`,
  )
  const logged = loggedModels
    ? database.prepare(
        `insert into logged_models (model_id, experiment_id, name, artifact_location, creation_timestamp_ms,
           last_updated_timestamp_ms, status, lifecycle_stage, model_type, source_run_id)
         values (?, ?, 'model', ?, ?, ?, 2, 'active', '', ?)`,
      )
    : undefined
  const ids: string[] = []
  database.exec('begin')
  for (let index = 0; index < count; index += 1) {
    const number = firstRun + index
    const runId = `c${number.toString(16).padStart(31, '0')}`
    const root = `mlflow-artifacts:/${experimentId}`
    run.run(runId, `run-${number}`, now, now, `${root}/${runId}/artifacts`, Number(experimentId))
    metric.run(now, runId)
    param.run(runId)
    const name = `${prefix}-${number % 10}`
    model.run(name, now, now)
    const modelId = `m-${runId}`
    const location = loggedModels
      ? `${root}/models/${modelId}/artifacts`
      : `${root}/${runId}/artifacts/model`
    logged?.run(modelId, Number(experimentId), location, now, now, runId)
    version.run(
      name,
      Math.floor(number / 10) + 1,
      now + index,
      now + index,
      loggedModels ? `models:/${modelId}` : location,
      runId,
      location,
    )
    ids.push(runId)
  }
  database.exec('commit')
  database.close()
  return ids
}

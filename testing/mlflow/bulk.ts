import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import type { MlflowAddress } from './server.ts'

export type BulkOptions = {
  readonly experimentId: string
  readonly count: number
  /** Models are named `<prefix>-0`, `<prefix>-1` and so on; none of them may exist yet. */
  readonly prefix: string
  /** How many models share the versions; 10 by default. */
  readonly models?: number
  /** Whether sources are logged models (`models:/m-…`), as MLflow 3 registers them. */
  readonly loggedModels?: boolean
}

/** How long to wait for a transaction of MLflow's to finish. */
const busyTimeoutMs = 30_000

const runSql = `insert into runs (run_uuid, name, source_type, source_name, entry_point_name, user_id,
  status, start_time, end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)
  values (?, ?, 'UNKNOWN', '', '', '', 'FINISHED', ?, ?, '', 'active', ?, ?)`
const metricSql = `insert into latest_metrics (key, value, timestamp, step, is_nan, run_uuid)
  values ('accuracy', 0.9, ?, 0, 0, ?)`
const paramSql = `insert into params (key, value, run_uuid) values ('epochs', '3', ?)`
const modelSql = `insert or ignore into registered_models (name, creation_time, last_updated_time,
  description) values (?, ?, ?, '')`
const versionSql = `insert into model_versions (name, version, creation_time, last_updated_time,
  description, current_stage, source, run_id, status, run_link, storage_location)
  values (?, ?, ?, ?, '', 'None', ?, ?, 'READY', '', ?)`
const loggedModelSql = `insert into logged_models (model_id, experiment_id, name, artifact_location,
  creation_timestamp_ms, last_updated_timestamp_ms, status, lifecycle_stage, model_type,
  source_run_id) values (?, ?, 'model', ?, ?, ?, 2, 'active', '', ?)`

/** Registers the first runs of the models `<prefix>-…` once more, as one more version each. */
export function bulkRegisterAgain(
  server: MlflowAddress,
  prefix: string,
  upToVersion: number,
): void {
  const database = new DatabaseSync(server.databasePath, { timeout: busyTimeoutMs })
  database
    .prepare(
      `insert into model_versions (name, version, creation_time, last_updated_time, description,
        current_stage, source, run_id, status, run_link, storage_location)
        select name, version + 100000, creation_time + 60000, last_updated_time, description,
        current_stage, source, run_id, status, run_link, storage_location
        from model_versions where name glob ? and version <= ?`,
    )
    .run(`${prefix}-*`, upToVersion)
  database.close()
}

/**
 * Registers many versions, one per run, with SQL in the live SQLite file: 10,000 take a second,
 * whereas the REST API takes minutes. The rows are the same as those that the API creates.
 *
 * @returns the run ids.
 */
export function bulkRegister(server: MlflowAddress, options: BulkOptions): string[] {
  const database = new DatabaseSync(server.databasePath, { timeout: busyTimeoutMs })
  database.exec('begin immediate')
  const insert = inserter(database, options)
  const runIds = Array.from({ length: options.count }, (_, index) => insert(index))
  database.exec('commit')
  database.close()
  return runIds
}

/** Returns a function that inserts the n-th run with its version, and returns the run's id. */
function inserter(database: DatabaseSync, options: BulkOptions): (index: number) => string {
  const { experimentId, prefix, models = 10, loggedModels = false } = options
  const experiment = Number(experimentId)
  const root = `mlflow-artifacts:/${experimentId}`
  const now = Date.now()
  const run = database.prepare(runSql)
  const metric = database.prepare(metricSql)
  const param = database.prepare(paramSql)
  const model = database.prepare(modelSql)
  const version = database.prepare(versionSql)
  // MLflow 2 has no such table, so the statement is prepared only for MLflow 3.
  const loggedModel = loggedModels ? database.prepare(loggedModelSql) : undefined

  return (index) => {
    const runId = randomUUID().replaceAll('-', '')
    const modelId = `m-${runId}`
    const artifacts = `${root}/${runId}/artifacts`
    const location = loggedModels ? `${root}/models/${modelId}/artifacts` : `${artifacts}/model`
    const source = loggedModels ? `models:/${modelId}` : location
    const name = `${prefix}-${index % models}`
    const number = Math.floor(index / models) + 1
    run.run(runId, `run-${index}`, now, now, artifacts, experiment)
    metric.run(now, runId)
    param.run(runId)
    loggedModel?.run(modelId, experiment, location, now, now, runId)
    model.run(name, now, now)
    version.run(name, number, now + index, now + index, source, runId, location)
    return runId
  }
}

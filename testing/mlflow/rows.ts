import { DatabaseSync } from 'node:sqlite'
import type { MlflowAddress } from './server.ts'

/** A table and a new row of it. */
export type Row = readonly [table: string, columns: Readonly<Record<string, string | number>>]

/**
 * Inserts rows into the live SQLite file, also with texts that the API rejects: older versions and
 * other clients of the database accepted them.
 */
export function insertRows({ databasePath }: MlflowAddress, rows: readonly Row[]): void {
  const database = new DatabaseSync(databasePath, { timeout: 30_000 })
  database.exec('begin immediate')
  for (const [table, columns] of rows) {
    const names = Object.keys(columns)
    const marks = names.map(() => '?')
    database
      .prepare(`insert into ${table} (${names.join(', ')}) values (${marks.join(', ')})`)
      .run(...Object.values(columns))
  }
  database.exec('commit')
  database.close()
}

/** The tables of registered models, those that refer to others first. */
const modelTables = [
  'model_version_tags',
  'model_versions',
  'registered_model_tags',
  'registered_model_aliases',
  'registered_models',
]

/**
 * Deletes the registered models whose names begin with a prefix, at once and without a request for each.
 * Every sync lists all models of the server, so those of tests that are over would slow down the others.
 */
export function deleteModels({ databasePath }: MlflowAddress, prefix: string): void {
  const database = new DatabaseSync(databasePath, { timeout: 30_000 })
  database.exec('begin immediate')
  for (const table of modelTables) {
    database.prepare(`delete from ${table} where name glob ?`).run(`${prefix}*`)
  }
  database.exec('commit')
  database.close()
}

/** A finished run with an id that the API would not give it. */
export function runRow(runId: string, experimentId: string, artifacts: string): Row {
  const columns = {
    run_uuid: runId,
    name: 'odd',
    source_type: 'UNKNOWN',
    source_name: '',
    source_version: '',
    entry_point_name: '',
    user_id: '',
    status: 'FINISHED',
    start_time: 1,
    end_time: 2,
    lifecycle_stage: 'active',
    artifact_uri: artifacts,
    experiment_id: Number(experimentId),
  }
  return ['runs', columns]
}

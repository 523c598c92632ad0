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

import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report } from './report.ts'

/** Half a character, which JSON may hold, makes Python and databases refuse the whole document. */
function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value
}

/** Writes the report to a new folder of its own in `directory` and returns the file's path. */
export async function writeReport(report: Report, directory: string): Promise<string> {
  const file = join(await mkdtemp(join(directory, 'mlflow-sync-')), 'report.json')
  await writeFile(file, `${JSON.stringify(report, wellFormed, 2)}\n`)
  return file
}

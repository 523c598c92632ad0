/** Generates `schema/report.schema.json` from the schema that the action itself uses. */
import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { reportSchema } from '../src/report/report.ts'

export function schemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(reportSchema), null, 2)}\n`
}

if (import.meta.main) {
  await writeFile(new URL('../schema/report.schema.json', import.meta.url), schemaText())
}

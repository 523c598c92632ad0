/**
 * Generates `schema/*.schema.json` from the schemas that the action itself uses, and the table of keys in
 * `docs/targets.md`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { createConfigSchema } from '../src/config/schema.ts'
import { reportSchema } from '../src/report/report.ts'
import { between } from './readme.ts'

const root = new URL('../', import.meta.url)

export function reportSchemaText(): string {
  return toText(z.toJSONSchema(reportSchema))
}

/** What people write, before it is normalised. */
export function configSchemaText(): string {
  return toText(configSchema())
}

/** In draft 7: "Supports JSON Schema 7 and below" (README of yaml-language-server). */
function configSchema() {
  return z.toJSONSchema(createConfigSchema(), { target: 'draft-7', io: 'input', reused: 'inline' })
}

function toText(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}

type Described = { readonly description?: string }

/** Returns the page with the table of the keys of a target. */
export function withKeys(page: string): string {
  const targets = configSchema().properties?.targets as {
    readonly items: { readonly properties: Readonly<Record<string, Described>> }
  }
  const rows = Object.entries(targets.items.properties).map(
    ([key, { description = '' }]) => `| \`${key}\` | ${description.replaceAll('|', '\\|')} |`,
  )
  return between(page, 'keys: generated from the schema by npm run schema', 'keys', [
    '| key | meaning |',
    '| --- | --- |',
    ...rows,
  ])
}

if (import.meta.main) {
  writeFileSync(new URL('schema/report.schema.json', root), reportSchemaText())
  writeFileSync(new URL('schema/config.schema.json', root), configSchemaText())
  const page = new URL('docs/targets.md', root)
  writeFileSync(page, withKeys(readFileSync(page, 'utf8')))
}

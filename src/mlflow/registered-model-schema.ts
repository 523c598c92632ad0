import { z } from 'zod'
import type { RegisteredModel, RegisteredModelFacts } from '../core/model.ts'
import { prose, type Prose } from '../core/text/prose.ts'
import { aliasName, invalidVersion } from './model-version-schema.ts'
import { boundedRows, firstIssue, identifier, keyValues, page, text } from './schema.ts'

const modelAlias = z.object({ alias: aliasName, version: identifier })

/** Parses any row: a model with invalid fields has a `problem`, and the aliases that are valid. */
const registeredModel = z.unknown().transform((row): RegisteredModel => {
  const { name } = invalidVersion.parse(row)
  const rows = z.object({ aliases: boundedRows.nullish() }).safeParse(row)
  const facts = readFacts(row)
  if (!rows.success) return { name, aliases: [], problem: firstIssue(rows.error), facts }
  const aliases: RegisteredModel['aliases'][number][] = []
  let problem: Prose | undefined
  for (const item of rows.data.aliases ?? []) {
    const parsed = modelAlias.safeParse(item)
    if (parsed.success) aliases.push(parsed.data)
    else problem ??= prose`\`${'aliases'}\`: ${firstIssue(parsed.error)}`
  }
  return { name, aliases, problem, facts }
})

const registeredModelFacts = z.object({ description: text, tags: keyValues })

function readFacts(row: unknown): RegisteredModelFacts {
  const parsed = registeredModelFacts.safeParse(row)
  return parsed.success
    ? { ...parsed.data, problem: undefined }
    : {
        description: '',
        tags: {},
        problem: prose`MLflow's data about the registered model can't be used: ${firstIssue(parsed.error)}`,
      }
}

export const registeredModelPage = page('registered_models', registeredModel)

export const registeredModelResponse = z.object({ registered_model: registeredModel })

import { z } from 'zod'
import type { ModelVersion } from '../core/model.ts'
import { prose } from '../core/text/prose.ts'
import { list } from '../http/list.ts'
import {
  correctInMlflow,
  firstIssue,
  identifier,
  keyValues,
  page,
  shortText,
  text,
} from './schema.ts'

/** 9999-12-31, the last day with a year of four digits. Nanoseconds and microseconds are beyond it. */
const maxTime = Date.UTC(9999, 11, 31)

const time = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^\d+(?:\.0*)?$/)
        .transform(Number),
    ],
    {
      error: 'missing, or not a number',
    },
  )
  .refine((value) => Number.isInteger(value) && value >= 0 && value <= maxTime, {
    error: 'not a time in milliseconds',
  })

// Strings in MLflow, `{alias, version}` in Unity Catalog.
export const aliasName = z.string().max(1000)
const alias = z.union([aliasName, z.object({ alias: aliasName }).transform((a) => a.alias)])

const validVersion = z
  .object({
    name: z.string().min(1).max(1000),
    version: identifier,
    creation_timestamp: time,
    status: z.string().nullish(),
    run_id: shortText,
    source: shortText,
    description: text,
    tags: keyValues,
    aliases: list(alias).nullish(),
  })
  .transform((wire): ModelVersion => ({
    name: wire.name,
    version: wire.version,
    creationTime: wire.creation_timestamp,
    status: wire.status ?? undefined,
    runId: wire.run_id,
    source: wire.source,
    description: wire.description,
    tags: wire.tags,
    aliases: wire.aliases ?? [],
    problem: undefined,
  }))

/** Whatever identifies a version that is not valid. A part of a name might be another model's. */
export const invalidVersion = z
  .object({
    name: shortText.catch(''),
    version: identifier.catch(''),
    run_id: shortText.catch(''),
  })
  .catch({ name: '', version: '', run_id: '' })

/** Parses any row: a version with invalid fields has a `problem`. */
export const modelVersion = z.unknown().transform((row): ModelVersion => {
  const valid = validVersion.safeParse(row)
  if (valid.success) return valid.data
  const { name, version, run_id } = invalidVersion.parse(row)
  return {
    name,
    version,
    creationTime: 0,
    status: undefined,
    runId: run_id,
    source: '',
    description: '',
    tags: {},
    aliases: [],
    problem: prose`MLflow's data about this version can't be used: ${firstIssue(valid.error)}. ${correctInMlflow}`,
  }
})

/** A single version, for which an invalid field is an error of the request. */
export const modelVersionResponse = z.object({ model_version: validVersion })

export const modelVersionPage = page('model_versions', modelVersion)

export const downloadUri = z.object({ artifact_uri: z.string() })

import { z } from 'zod'
import type { LoggedModel, ModelVersion, Run } from '../core/model.ts'
import { prose, type Prose } from '../core/text/prose.ts'
import { list } from '../http/list.ts'

/**
 * The parts of MLflow's responses that the action uses. 64-bit integers are numbers, except from old
 * servers and generic protobuf gateways, which send strings. Missing, null and "" mean the same.
 *
 * The items of a page are parsed one by one, so that an invalid one does not affect the others.
 */

export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

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

/** What is shown in many places. MLflow has at most 256 characters for a name and 500 for a location. */
const shortText = z
  .string()
  .max(10_000)
  .nullish()
  .transform((value) => value ?? '')

export const identifier = z.union([z.string().min(1).max(1000), z.number().transform(String)])

export const keyValues = list(z.object({ key: z.string(), value: text }))
  .nullish()
  .transform((pairs) => Object.fromEntries((pairs ?? []).map(({ key, value }) => [key, value])))

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

export const correctInMlflow = prose`Correct it in MLflow, or exclude the model with the input \`models\`.`

/** E.g. `creation_timestamp: not a time in milliseconds`. */
export function firstIssue({ issues: [issue] }: z.ZodError): Prose {
  return prose`\`${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? ''}`
}

const pageToken = text

/** Ten times as many as the action asks for: a row that is not valid takes more memory than bytes. */
export const boundedRows = z.array(z.unknown()).max(100_000)

/** MLflow omits an empty list. An object without the list but with other fields is not a page. */
export function page<T extends z.ZodType>(name: string, item: T) {
  return z
    .looseObject({ next_page_token: pageToken })
    .refine((body) => name in body || Object.keys(body).every((key) => key === 'next_page_token'), {
      error: `the list ${name} is missing`,
    })
    .transform((body): unknown => ({
      items: (body as Record<string, unknown>)[name] ?? [],
      nextPageToken: body.next_page_token,
    }))
    .pipe(
      z.object({
        items: boundedRows.pipe(list(item)),
        nextPageToken: z.string(),
      }),
    )
}

export const modelVersionPage = page('model_versions', modelVersion)

/** Undefined for an experiment that cannot be used. */
const experiment = z.object({ experiment_id: identifier, name: text }).optional().catch(undefined)

export const experimentPage = page('experiments', experiment)

/** Protobuf's JSON format writes values that JSON numbers cannot represent as strings. */
const metricValue = z.union([
  z.number(),
  z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number),
])

export const run = z
  .object({
    info: z.object({
      run_id: z.string().min(1),
      run_name: text,
      experiment_id: identifier,
      lifecycle_stage: z.enum(['active', 'deleted']).nullish(),
      status: text.catch(''),
      user_id: text.catch(''),
      artifact_uri: text,
    }),
    data: z
      .object({
        params: keyValues,
        tags: keyValues,
        metrics: list(z.object({ key: z.string(), value: metricValue })).nullish(),
      })
      .nullish(),
  })
  .transform(({ info, data }): Run => ({
    id: info.run_id,
    name: info.run_name,
    experimentId: info.experiment_id,
    lifecycle: info.lifecycle_stage ?? 'active',
    status: info.status,
    user: userIn(data?.tags) ?? info.user_id,
    artifactUri: info.artifact_uri,
    params: data?.params ?? {},
    tags: data?.tags ?? {},
    metrics: Object.fromEntries((data?.metrics ?? []).map(({ key, value }) => [key, value])),
  }))

/** MLflow's own clients set this tag; the field is deprecated. */
function userIn(tags: Readonly<Record<string, string>> = {}): string | undefined {
  const user = tags['mlflow.user']
  return user === '' ? undefined : user
}

export const runPage = page('runs', z.unknown())

export const runResponse = z.object({ run })

/** Identifies a run that does not match the schema `run`. */
export const runIdentity = z.object({ info: z.object({ run_id: z.string() }) })

/** Undefined for a logged model that cannot be used. */
const loggedModel = z
  .object({
    info: z.object({
      model_id: z.string(),
      experiment_id: identifier,
      source_run_id: text,
      artifact_uri: text,
    }),
  })
  .transform(({ info }): LoggedModel => ({
    id: info.model_id,
    experimentId: info.experiment_id,
    sourceRunId: info.source_run_id,
    artifactUri: info.artifact_uri,
  }))
  .optional()
  .catch(undefined)

export const loggedModelPage = page('models', loggedModel)

export const downloadUri = z.object({ artifact_uri: z.string() })

import { z } from 'zod'
import type { LoggedModel, ModelVersion, Run } from '../core/model.ts'

/**
 * The parts of MLflow's responses that the action uses. 64-bit integers are numbers, except from old
 * servers and generic protobuf gateways, which send strings. Missing, null and "" mean the same.
 */

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

const integer = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)])

const identifier = z.union([z.string().min(1), z.number().transform(String)])

const keyValues = z
  .array(z.object({ key: z.string(), value: text }))
  .nullish()
  .transform((pairs) => Object.fromEntries((pairs ?? []).map(({ key, value }) => [key, value])))

const modelVersion = z
  .object({
    name: z.string().min(1),
    version: identifier,
    creation_timestamp: integer,
    status: z.string().nullish(),
    run_id: text,
    source: text,
    description: text,
    tags: keyValues,
    // Strings in MLflow, `{alias, version}` in Unity Catalog.
    aliases: z
      .array(z.union([z.string(), z.object({ alias: z.string() }).transform((a) => a.alias)]))
      .nullish(),
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
  }))

const pageToken = text

/** MLflow omits an empty list. An object without the list but with other fields is not a page. */
function page<T extends z.ZodType>(list: string, item: T) {
  return z
    .looseObject({ next_page_token: pageToken })
    .refine((body) => list in body || Object.keys(body).every((key) => key === 'next_page_token'), {
      error: `the list ${list} is missing`,
    })
    .transform((body): unknown => ({
      items: (body as Record<string, unknown>)[list] ?? [],
      nextPageToken: body.next_page_token,
    }))
    .pipe(z.object({ items: z.array(item), nextPageToken: z.string() }))
}

export const modelVersionPage = page('model_versions', modelVersion)

export const registeredModelPage = page(
  'registered_models',
  z.object({
    name: z.string(),
    aliases: z.array(z.object({ alias: z.string(), version: identifier })).nullish(),
  }),
)

export const experimentPage = page(
  'experiments',
  z.object({ experiment_id: identifier, name: text }),
)

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
      artifact_uri: text,
    }),
    data: z
      .object({
        params: keyValues,
        tags: keyValues,
        metrics: z.array(z.object({ key: z.string(), value: metricValue })).nullish(),
      })
      .nullish(),
  })
  .transform(({ info, data }): Run => ({
    id: info.run_id,
    name: info.run_name,
    experimentId: info.experiment_id,
    lifecycle: info.lifecycle_stage ?? 'active',
    artifactUri: info.artifact_uri,
    params: data?.params ?? {},
    tags: data?.tags ?? {},
    metrics: Object.fromEntries((data?.metrics ?? []).map(({ key, value }) => [key, value])),
  }))

/** Items are parsed one by one, so that an invalid run does not affect the others. */
export const runPage = page('runs', z.unknown())

export const runResponse = z.object({ run })

/** Identifies a run that does not match the schema `run`. */
export const runIdentity = z.object({ info: z.object({ run_id: z.string() }) })

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

export const loggedModelPage = page('models', loggedModel)

export const downloadUri = z.object({ artifact_uri: z.string() })

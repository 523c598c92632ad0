import { z } from 'zod'
import type { Run } from '../core/model.ts'
import { list } from '../http/list.ts'
import { identifier, keyValues, page, text } from './schema.ts'

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

/** Undefined for an experiment that cannot be used. */
const experiment = z.object({ experiment_id: identifier, name: text }).optional().catch(undefined)

export const experimentPage = page('experiments', experiment)

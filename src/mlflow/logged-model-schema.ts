import { z } from 'zod'
import type { LoggedModel } from '../core/model.ts'
import { identifier, page, text } from './schema.ts'

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

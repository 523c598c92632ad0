import { z } from 'zod'
import { mapConcurrently } from '../core/concurrently.ts'
import { MlflowError } from '../core/errors.ts'
import type { TagChange } from '../core/write-back.ts'
import { maxConcurrentRequests, type MlflowClient } from './client.ts'
import { unlessMissing } from './errors.ts'

/** What became of some tags. */
export type TagResult = {
  /** Number of tags that were set or removed. */
  readonly done: number
  /** For each model with a failure, the first one. The rest of its tags were not tried. */
  readonly failures: ReadonlyMap<string, MlflowError>
}

/** If so many models fail and none succeeds, no other one is tried. */
const maxFailures = 10

/**
 * Sets and removes tags of model versions, those of one model in order. A version that MLflow no longer
 * has needs none. Both requests can be repeated.
 *
 * With MLflow's basic-auth, setting a tag takes `EDIT` permission on the registered model and removing
 * one takes `MANAGE` (`mlflow/server/auth/__init__.py`).
 */
export async function writeTags(
  client: MlflowClient,
  changes: readonly TagChange[],
): Promise<TagResult> {
  const failures = new Map<string, MlflowError>()
  let done = 0
  let isHopeless = false
  const models = [...Map.groupBy(changes, ({ name }) => name)]
  await mapConcurrently(models, maxConcurrentRequests, async ([name, ofModel]) => {
    for (const change of ofModel) {
      if (isHopeless) return
      try {
        await writeTag(client, change)
      } catch (error) {
        if (!(error instanceof MlflowError)) throw error
        failures.set(name, error)
        isHopeless ||= !isAboutModel(error) || (done === 0 && failures.size >= maxFailures)
        return
      }
      done += 1
      client.progress('wrote', done, changes.length, 'tag')
    }
  })
  return { done, failures }
}

const nothing = z.object({})

async function writeTag(
  client: MlflowClient,
  { name, version, key, value }: TagChange,
): Promise<void> {
  await unlessMissing(() =>
    value === undefined
      ? client.delete('model-versions/delete-tag', { name, version, key }, nothing)
      : client.post('model-versions/set-tag', { name, version, key, value }, nothing),
  )
}

/** Whether other models may do better; not if the server is down or the password is wrong. */
function isAboutModel({ status = 0 }: MlflowError): boolean {
  return status === 400 || status === 403 || status === 404
}

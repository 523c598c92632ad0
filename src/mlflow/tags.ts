import { z } from 'zod'
import { mapConcurrently } from '../core/concurrently.ts'
import { MlflowError } from '../core/errors.ts'
import { versionKey } from '../core/model.ts'
import type { TagChange } from '../core/write-back.ts'
import { maxConcurrentRequests, type MlflowClient } from './client.ts'
import { unlessMissing } from './errors.ts'

/** A change that MLflow did not make, and why. */
export type TagFailure = { readonly change: TagChange; readonly error: MlflowError }

/** Sets and removes tags, and remembers what became of them. */
export type TagWriter = {
  /**
   * The changes of one model are made in order. After a failure, none is made of the same version, or
   * of the same model unless MLflow rejected only this change.
   *
   * @returns those of other models that were not tried, because it is hopeless.
   */
  readonly write: (changes: readonly TagChange[]) => Promise<readonly TagChange[]>
  readonly failures: () => readonly TagFailure[]
  /** Whether no change of a model is tried any more. */
  readonly skipsModel: (name: string) => boolean
  /** Number of tags that were set or removed. */
  readonly done: () => number
  /** Number of tags that were tried. */
  readonly tried: () => number
  /** Whether MLflow is unlikely to change any tag now. */
  readonly isHopeless: () => boolean
}

/** So many failures of the server in a row, each with its retries, are not about the models. */
const maxOutages = 3

/**
 * A version that MLflow no longer has needs no tags. Both requests can be repeated.
 *
 * With MLflow's basic-auth, setting a tag takes `EDIT` permission on the registered model and removing
 * one takes `MANAGE` (`mlflow/server/auth/__init__.py`).
 */
export function createTagWriter(client: MlflowClient, total: number): TagWriter {
  const failures: TagFailure[] = []
  const skippedModels = new Set<string>()
  const skippedVersions = new Set<string>()
  let done = 0
  let tried = 0
  let outages = 0
  let isRejected = false
  const isHopeless = (): boolean => isRejected || outages >= maxOutages

  const attempt = async (change: TagChange): Promise<void> => {
    tried += 1
    try {
      await writeTag(client, change)
      outages = 0
      done += 1
      client.progress('wrote', done, total, 'tag')
    } catch (error) {
      if (!(error instanceof MlflowError)) throw error
      failures.push({ change, error })
      skippedVersions.add(versionKey(change))
      if (!isAboutVersion(error)) skippedModels.add(change.name)
      isRejected ||= error.status === 401
      outages = isAboutModel(error) ? 0 : outages + 1
    }
  }

  return {
    write: async (changes) => {
      const models = [...Map.groupBy(changes, ({ name }) => name)]
      const untried: TagChange[] = []
      await mapConcurrently(models, maxConcurrentRequests, async ([name, ofModel]) => {
        for (const change of ofModel) {
          if (skippedModels.has(name)) return
          if (skippedVersions.has(versionKey(change))) continue
          if (isHopeless()) untried.push(change)
          else await attempt(change)
        }
      })
      return untried
    },
    failures: () => failures,
    skipsModel: (name) => skippedModels.has(name),
    done: () => done,
    tried: () => tried,
    isHopeless,
  }
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

/** Whether other versions of the model may do better. */
function isAboutVersion({ status }: MlflowError): boolean {
  return status === 400 || status === 404
}

/** Whether other models may do better; not if the server is down. */
function isAboutModel(error: MlflowError): boolean {
  return isAboutVersion(error) || error.status === 403
}

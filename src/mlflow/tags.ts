import { z } from 'zod'
import { mapConcurrently } from '../core/concurrently.ts'
import { MlflowError } from '../core/errors.ts'
import type { TagChange } from '../core/write-back.ts'
import { maxConcurrentRequests, type MlflowClient } from './client.ts'
import { unlessMissing } from './errors.ts'

/** A change that MLflow did not make, and why. */
export type TagFailure = { readonly change: TagChange; readonly error: MlflowError }

/** Sets and removes tags, and remembers what became of them. */
export type TagWriter = {
  /**
   * The changes of one model are made in order, and none after a failure.
   *
   * @returns those of other models that were not tried, because it is hopeless.
   */
  readonly write: (changes: readonly TagChange[]) => Promise<readonly TagChange[]>
  /** By name of the model. */
  readonly failures: ReadonlyMap<string, TagFailure>
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
  const failures = new Map<string, TagFailure>()
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
      failures.set(change.name, { change, error })
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
          if (failures.has(name)) return
          if (isHopeless()) untried.push(change)
          else await attempt(change)
        }
      })
      return untried
    },
    failures,
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

/** Whether other models may do better; not if the server is down. */
function isAboutModel({ status = 0 }: MlflowError): boolean {
  return status === 400 || status === 403 || status === 404
}

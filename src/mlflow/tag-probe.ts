import { z } from 'zod'
import { MlflowError } from '../core/errors.ts'
import { plain } from '../core/text/prose.ts'
import type { MlflowClient } from './client.ts'

/** `unknown`: the server did not say, or the version is gone. */
export type TagPermission = 'granted' | 'denied' | 'unknown'

type ProbedVersion = { readonly name: string; readonly version: string }

/**
 * Tests whether MLflow's user may set or remove the tags of a version, with a request that writes nothing:
 * it has no key. MLflow looks at the permission first (`_before_request` in
 * `mlflow/server/auth/__init__.py`), then at the parameters (`_get_request_message` in
 * `mlflow/server/handlers.py`).
 */
export async function probeTags(
  client: MlflowClient,
  change: 'set' | 'remove',
  { name, version }: ProbedVersion,
): Promise<TagPermission> {
  const body = { name, version }
  try {
    await (change === 'set'
      ? client.post('model-versions/set-tag', body, nothing)
      : client.delete('model-versions/delete-tag', body, nothing))
    return 'unknown'
  } catch (error) {
    if (!(error instanceof MlflowError) || error.status === undefined) throw error
    if (error.status === 403) return 'denied'
    if (error.status === 400 && plain(error.text).includes(missesKey)) return 'granted'
    if (error.status === 401 || error.status >= 500) throw error
    return 'unknown'
  }
}

const nothing = z.object({})

/** Another server may look at the parameters first; in other words, it proves nothing. */
const missesKey = "Missing value for required parameter 'key'"

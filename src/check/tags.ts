import { mapConcurrently } from '../core/concurrently.ts'
import { SyncError } from '../core/errors.ts'
import type { ModelVersion } from '../core/model.ts'
import { plural } from '../core/text/format.ts'
import { joinProse, own, prose, type Prose } from '../core/text/prose.ts'
import { maxConcurrentRequests, type MlflowClient } from '../mlflow/client.ts'
import { probeTags, type TagPermission } from '../mlflow/tag-probe.ts'
import type { Finding } from './run-check.ts'

type TaggedVersion = Pick<ModelVersion, 'name' | 'version'>

/** A permission is about one registered model; each takes two requests. */
const maxSampledModels = 10

/**
 * Tests the permission to tag the selected versions.
 *
 * @throws SyncError if no tags may be set on some of their models.
 */
export async function checkTags(
  client: MlflowClient,
  selected: readonly TaggedVersion[],
): Promise<Finding> {
  const models = [...new Map(selected.map((version) => [version.name, version])).values()]
  if (models.length === 0) {
    return {
      status: 'skipped',
      detail: prose`no model is selected, on which the permission could be tested`,
      advice: neededPermissions,
    }
  }
  const sample = models.slice(0, maxSampledModels)
  const set = await probeAll(client, 'set', sample)
  const denied = namesWith('denied', set)
  if (denied.length > 0) {
    throw new SyncError(prose`MLflow's user may not set the tags of ${listNames(denied)}`, {
      advice: neededPermissions,
    })
  }
  const remove = await probeAll(client, 'remove', sample)
  const kept = namesWith('denied', remove)
  if (kept.length > 0) {
    return {
      status: 'skipped',
      detail: prose`tags can be set, but not removed from versions of ${listNames(kept)}: a sync that has to will warn`,
      advice: prose`Give MLflow's user \`MANAGE\` permission on these registered models.`,
    }
  }
  const tested = own(`${plural(sample.length, 'model')} of ${models.length}`)
  return namesWith('unknown', [...set, ...remove]).length > 0
    ? {
        status: 'skipped',
        detail: prose`MLflow does not say whether its user may set and remove tags`,
        advice: neededPermissions,
      }
    : { status: 'ok', detail: prose`tags can be set and removed; tested on ${tested}` }
}

const neededPermissions = prose`Give MLflow's user \`EDIT\` permission on the registered models to set tags, and \`MANAGE\` to remove them; or set \`write-back: false\`.`

type Probed = { readonly name: string; readonly permission: TagPermission }

function probeAll(
  client: MlflowClient,
  change: 'set' | 'remove',
  versions: readonly TaggedVersion[],
): Promise<Probed[]> {
  return mapConcurrently(versions, maxConcurrentRequests, async (version) => ({
    name: version.name,
    permission: await probeTags(client, change, version),
  }))
}

function namesWith(permission: TagPermission, probed: readonly Probed[]): string[] {
  return probed.flatMap((row) => (row.permission === permission ? [row.name] : []))
}

function listNames(names: readonly string[]): Prose {
  return joinProse(
    names.map((name) => prose`\`${name}\``),
    ', ',
  )
}

import { MlflowError } from '../core/errors.ts'
import { versionKey, type ModelVersion } from '../core/model.ts'
import { isOlder, namesVersion } from '../core/plan/deployed.ts'
import {
  entryWithoutEdit,
  type ChangedEntry,
  type DeployedVersion,
  type Entry,
} from '../core/result.ts'
import { isNewer, type SelectedRun } from '../core/select.ts'
import {
  hasMovedAlias,
  isRunStillSelected,
  isVersionStillSelected,
  readDeployedVersion,
  type Context,
} from './ask-mlflow.ts'
import { mapConcurrently } from './concurrently.ts'

/**
 * The changes that take something away are only made if MLflow confirms them when it is asked about
 * the version in the file: a listing can miss a version, because others are deleted while it is read
 * or because an alias moves.
 */
export type Confirmer = {
  /** Keeps each file whose run is still selected. */
  readonly deletions: (deletions: readonly ChangedEntry[]) => Promise<Entry[]>
  /** Keeps each file that would move to an older version although its own is still selected. */
  readonly downgrades: (entries: readonly Entry[], runs: readonly SelectedRun[]) => Promise<Entry[]>
}

/** @param listed all versions of the listing that the sync is based on. */
export function createConfirmer(context: Context, listed: readonly ModelVersion[]): Confirmer {
  const byKey = new Map(listed.map((version) => [versionKey(version), version]))
  return {
    deletions: (deletions) =>
      mapConcurrently(deletions, async (deletion) => {
        const { previous } = deletion
        if (previous === undefined) return deletion
        return confirm(deletion, async () => {
          if (await isRunStillSelected(context, previous)) {
            return 'it was missing in the listing, but MLflow still has it when asked for it'
          }
          return (await hasMovedAlias(context, previous))
            ? 'an alias of its model moved while it was read; the next sync decides'
            : undefined
        })
      }),
    downgrades: (entries, runs) => {
      const selected = new Map(runs.map(({ runId, version }) => [runId, version]))
      return mapConcurrently(entries, async (entry) => {
        const { previous, runId } = entry
        const version = selected.get(runId ?? '')
        if (previous === undefined || version === undefined) return entry
        if (entry.outcome !== 'updated' || isKnownToBeOlder(previous, version, byKey)) return entry
        return confirm(entry, async () => {
          const current = await readDeployedVersion(context, previous)
          return current !== undefined &&
            isNewer(current, version) &&
            (await isVersionStillSelected(context, current))
            ? `${current.name} version ${current.version} is newer than version ${version.version} of ${version.name} and still selected`
            : undefined
        })
      })
    },
  }
}

/** Whether an update moves a file to the same or a newer version, as far as the listing shows. */
function isKnownToBeOlder(
  previous: DeployedVersion,
  version: ModelVersion,
  listed: ReadonlyMap<string, ModelVersion>,
): boolean {
  if (namesVersion(previous, version)) return true
  const { runId, modelName, modelVersion } = previous
  const row = listed.get(versionKey({ name: modelName, version: modelVersion }))
  return row?.runId === runId && row.problem === undefined
    ? !isNewer(row, version)
    : isOlder(previous, version)
}

/** Returns the entry, or one that keeps the file if there is a reason or MLflow does not tell. */
async function confirm<T extends Entry>(
  entry: T,
  findReasonToKeep: () => Promise<string | undefined>,
): Promise<T | Entry> {
  const keep = (outcome: 'skipped' | 'failed', reason: string): Entry =>
    entryWithoutEdit({
      ...entry,
      modelName: entry.previous?.modelName ?? entry.modelName,
      modelVersion: entry.previous?.modelVersion ?? entry.modelVersion,
      outcome,
      reason,
    })
  try {
    const reason = await findReasonToKeep()
    return reason === undefined ? entry : keep('skipped', `kept: ${reason}`)
  } catch (error) {
    if (!(error instanceof MlflowError)) throw error
    return error.status === 403
      ? keep('skipped', `kept: MLflow does not show its model version or run to this user`)
      : keep('failed', `not changed, because MLflow could not confirm it: ${error.message}`)
  }
}

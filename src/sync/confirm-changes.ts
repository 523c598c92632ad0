import { mapConcurrently } from '../core/concurrently.ts'
import {
  entryWithoutEdit,
  isChange,
  type ChangedEntry,
  type DeployedVersion,
  type Entry,
} from '../core/entry.ts'
import { MlflowError } from '../core/errors.ts'
import { versionKey, type ModelVersion } from '../core/model.ts'
import { isOlder, isVersionNumber, namesVersion } from '../core/plan/deployed.ts'
import { isNewer } from '../core/select.ts'
import { joinSentences, prose, type Prose } from '../core/text/prose.ts'
import { timestampOf } from '../core/values-file/owned.ts'
import {
  hasMovedAlias,
  isRunStillSelected,
  isVersionStillSelected,
  readDeployedVersion,
  type Questions,
} from './ask-mlflow.ts'
import { maxConcurrentRequests } from '../mlflow/client.ts'
import { readModelVersion } from '../mlflow/versions.ts'
import type { SelectionResult } from './read-selection.ts'

/**
 * The changes that take something away are only made if MLflow confirms them when it is asked about
 * the version in the file: a listing can miss a version, because others are deleted while it is read
 * or because an alias moves.
 */
export type Confirmer = {
  /**
   * Keeps each file whose run is still selected. Stops asking once more than `limit` deletions are
   * confirmed; the rest are returned as they are.
   */
  readonly deletions: (deletions: readonly ChangedEntry[], limit: number) => Promise<Entry[]>
  /** Keeps each file that would move to an older version although its own is still selected. */
  readonly downgrades: (entries: readonly Entry[]) => Promise<Entry[]>
}

export function createConfirmer(
  questions: Questions,
  { listed, runs, excluded }: SelectionResult,
): Confirmer {
  const selected = new Map(runs.map(({ runId, version }) => [runId, version]))
  const listedByKey = new Map(listed.map((version) => [versionKey(version), version]))
  const young = new Set(
    excluded
      .filter(({ exclusion }) => exclusion === 'too-young')
      .map(({ version }) => versionKey(version)),
  )
  return {
    deletions: async (deletions, limit) => {
      let confirmed = 0
      return mapConcurrently(
        deletions,
        maxConcurrentRequests,
        async (deletion) => {
          if (confirmed > limit) return deletion
          const entry = await confirmDeletion(questions, deletion)
          if (isChange(entry)) confirmed += 1
          return entry
        },
        (done) => questions.client.progress('confirmed', done, deletions.length, 'deletion'),
      )
    },
    downgrades: (entries) => {
      let asked = 0
      return mapConcurrently(entries, maxConcurrentRequests, async (entry) => {
        const { previous, runId } = entry
        const version = selected.get(runId ?? '')
        if (entry.outcome !== 'updated' || previous === undefined || version === undefined) {
          return entry
        }
        if (isSameOrNewer(version, previous, listedByKey)) return entry
        if (young.has(keyOf(previous))) {
          return keep(
            entry,
            'skipped',
            kept(
              prose`its version is the newest of this run, but still younger than \`minimum-age\``,
            ),
          )
        }
        const confirmed = await confirmDowngrade(questions, entry, previous, version)
        asked += 1
        questions.client.progress('confirmed', asked, undefined, 'older version')
        return confirmed
      })
    },
  }
}

function keyOf({ modelName, modelVersion }: DeployedVersion): string {
  return versionKey({ name: modelName, version: modelVersion })
}

function confirmDeletion(questions: Questions, deletion: ChangedEntry): Promise<Entry> {
  const { previous } = deletion
  if (previous === undefined) return Promise.resolve(deletion)
  return confirm(deletion, async () => {
    if (await isRunStillSelected(questions, previous)) {
      return kept(
        prose`MLflow's list did not contain it, but MLflow still has it when asked for it`,
      )
    }
    return (await hasMovedAlias(questions, previous))
      ? undecided(prose`an alias of its model moved while it was read; the next sync decides`)
      : undefined
  })
}

function confirmDowngrade(
  questions: Questions,
  entry: Entry,
  previous: DeployedVersion,
  version: ModelVersion,
): Promise<Entry> {
  // A renamed model keeps its versions; MLflow's basic-auth app hides that its old name is gone.
  const { modelName, modelVersion, timestamp } = previous
  if (modelName === '' || !isVersionNumber(modelVersion)) return Promise.resolve(entry)
  const mayBeRenamed =
    modelVersion === version.version && timestamp === String(timestampOf(version.creationTime))
  return confirm(entry, async () => {
    const current = (await mayExist(questions, modelName, mayBeRenamed))
      ? await readDeployedVersion(questions, previous)
      : undefined
    const isKept =
      current !== undefined &&
      isNewer(current, version) &&
      (await isVersionStillSelected(questions, current))
    if (isKept) {
      return kept(
        prose`\`${current.name}\` version ${current.version} is newer than version ${version.version} of \`${version.name}\` and still selected`,
      )
    }
    const exists = mayBeRenamed
      ? await mayExist(questions, version.name, false)
      : (await readModelVersion(questions.client, version.name, version.version)) !== undefined
    return exists
      ? undefined
      : undecided(prose`the registry changed while it was read; the next sync decides`)
  })
}

/** Why a file stays as it is, for good or until a sync can decide. */
type Objection = { readonly reason: Prose; readonly withheld: Entry['withheld'] }

function kept(reason: Prose): Objection {
  return { reason, withheld: undefined }
}

function undecided(reason: Prose): Objection {
  return { reason, withheld: 'unconfirmed' }
}

/** @param hiddenIsGone whether a model that MLflow hides counts as one that does not exist. */
async function mayExist(
  { model }: Questions,
  name: string,
  hiddenIsGone: boolean,
): Promise<boolean> {
  try {
    return (await model(name)) !== undefined
  } catch (error) {
    if (hiddenIsGone && error instanceof MlflowError && error.status === 403) return false
    throw error
  }
}

/** Whether a file would move to the same or a newer version, as far as the listing shows. */
function isSameOrNewer(
  version: ModelVersion,
  previous: DeployedVersion,
  listed: ReadonlyMap<string, ModelVersion>,
): boolean {
  if (namesVersion(previous, version)) return true
  const row = listed.get(keyOf(previous))
  return row?.runId === previous.runId && row.problem === undefined
    ? !isNewer(row, version)
    : isOlder(previous, version)
}

/** Returns the entry, or one that keeps the file if there is a reason or MLflow does not tell. */
async function confirm(
  entry: Entry,
  findObjection: () => Promise<Objection | undefined>,
): Promise<Entry> {
  try {
    const objection = await findObjection()
    return objection === undefined ? entry : keep(entry, 'skipped', objection)
  } catch (error) {
    if (!(error instanceof MlflowError)) throw error
    return error.status === 403
      ? keep(
          entry,
          'skipped',
          undecided(prose`MLflow does not show its model version or run to this user`),
        )
      : keep(
          entry,
          'failed',
          undecided(
            joinSentences([
              prose`MLflow could not confirm the change: ${error.text}`,
              error.advice ?? [],
            ]),
          ),
        )
  }
}

/** The entry of a file that stays as it is, with the version that it names. */
function keep(entry: Entry, outcome: 'skipped' | 'failed', { reason, withheld }: Objection): Entry {
  const unchanged = entryWithoutEdit({
    ...entry,
    modelName: entry.previous?.modelName ?? entry.modelName,
    modelVersion: entry.previous?.modelVersion ?? entry.modelVersion,
    outcome,
    reason: prose`kept: ${reason}`,
  })
  return { ...unchanged, withheld }
}

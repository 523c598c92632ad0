import { MlflowError } from '../core/errors.ts'
import { versionKey, type ModelVersion } from '../core/model.ts'
import { entryWithoutEdit, type ChangedEntry, type Entry } from '../core/result.ts'
import { selectVersions, type Selection } from '../core/select.ts'
import type { MlflowClient } from '../mlflow/client.ts'
import { filterRuns, readRun } from '../mlflow/runs.ts'
import { listModelVersions } from '../mlflow/versions.ts'

export type ConfirmOptions = {
  readonly client: MlflowClient
  readonly selection: Selection
  /** All versions that MLflow listed, with their aliases. */
  readonly listed: readonly ModelVersion[]
}

/** Asks MLflow about the run of each file, and keeps the file if the run is still selected. */
export async function confirmDeletions(
  deletions: readonly ChangedEntry[],
  options: ConfirmOptions,
): Promise<Entry[]> {
  const entries: Entry[] = []
  for (const deletion of deletions) {
    const reasonToKeep = await findReasonToKeep(deletion, options)
    entries.push(
      reasonToKeep === undefined ? deletion : entryWithoutEdit({ ...deletion, ...reasonToKeep }),
    )
  }
  return entries
}

/** Why a file is kept; undefined if MLflow confirms that its run is no longer selected. */
async function findReasonToKeep(
  { runId }: ChangedEntry,
  options: ConfirmOptions,
): Promise<Pick<Entry, 'outcome' | 'reason'> | undefined> {
  if (runId === null) return undefined
  try {
    return (await isStillSelected(runId, options))
      ? {
          outcome: 'skipped',
          reason: 'kept: it was missing in the listing, but MLflow still has it when asked for it',
        }
      : undefined
  } catch (error) {
    if (!(error instanceof MlflowError)) throw error
    return { outcome: 'failed', reason: `not deleted, could not be confirmed: ${error.message}` }
  }
}

async function isStillSelected(
  runId: string,
  { client, selection, listed }: ConfirmOptions,
): Promise<boolean> {
  const { filter, runFilter } = selection
  const runCondition = `run_id = '${runId}'`
  const rows = await listModelVersions(
    client,
    filter === undefined ? runCondition : `${filter} AND ${runCondition}`,
  )
  const aliases = new Map(listed.map((version) => [versionKey(version), version.aliases]))
  const { selected, excluded } = selectVersions(
    rows.map((row) => ({
      ...row,
      aliases: aliases.get(versionKey(row)) ?? row.aliases,
    })),
    // A version younger than the minimum age still counts as selected.
    { ...selection, minimumAgeMs: 0 },
    0,
  )
  if (selected.length === 0 && excluded.length === 0) return false
  const run = await readRun(client, runId)
  if (run?.lifecycle !== 'active') return false
  if (runFilter === undefined) return true
  return (await filterRuns(client, runFilter, [runId], [run.experimentId])).size > 0
}

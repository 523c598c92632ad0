import { selectVersions } from '../core/select.ts'
import type { ModelVersion } from '../core/model.ts'
import { entryWithoutEdit, type ChangedEntry, type Entry } from '../core/result.ts'
import type { Selection } from '../core/target.ts'
import { MlflowError } from '../errors.ts'
import type { MlflowClient } from '../mlflow/client.ts'
import { filterRuns, readRun } from '../mlflow/runs.ts'
import { listModelVersions } from '../mlflow/versions.ts'

export type ConfirmOptions = {
  readonly client: MlflowClient
  readonly selection: Selection
  /** Every version that MLflow listed, for their aliases. */
  readonly listed: readonly ModelVersion[]
}

/** Asks MLflow about the run of each file once more; a file whose run is still wanted stays. */
export async function confirmDeletions(
  deletions: readonly ChangedEntry[],
  options: ConfirmOptions,
): Promise<Entry[]> {
  const entries: Entry[] = []
  for (const deletion of deletions) {
    const refusal = await refuseDeletion(deletion, options)
    entries.push(refusal === undefined ? deletion : entryWithoutEdit({ ...deletion, ...refusal }))
  }
  return entries
}

/** Why a file stays after all; undefined when MLflow confirms that its run is not wanted. */
async function refuseDeletion(
  { runId }: ChangedEntry,
  options: ConfirmOptions,
): Promise<Pick<Entry, 'outcome' | 'reason'> | undefined> {
  if (runId === null) return undefined
  try {
    return (await isStillWanted(runId, options))
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

async function isStillWanted(
  runId: string,
  { client, selection, listed }: ConfirmOptions,
): Promise<boolean> {
  const { filter, runFilter } = selection
  const condition = `run_id = '${runId}'`
  const rows = await listModelVersions(
    client,
    filter === undefined ? condition : `${filter} AND ${condition}`,
  )
  const aliases = new Map(
    listed.map((version) => [`${version.version}/${version.name}`, version.aliases]),
  )
  const { selected, excluded } = selectVersions(
    rows.map((row) => ({
      ...row,
      aliases: aliases.get(`${row.version}/${row.name}`) ?? row.aliases,
    })),
    selection,
    Number.MAX_SAFE_INTEGER,
  )
  if (selected.length === 0 && excluded.length === 0) return false
  const run = await readRun(client, runId)
  if (run?.lifecycle !== 'active') return false
  if (runFilter === undefined) return true
  return (await filterRuns(client, runFilter, [runId], [run.experimentId])).size > 0
}

import { isRunId, selectVersions } from '../core/candidate.ts'
import { readContent } from '../core/file-state.ts'
import type { FileChange, RunRecord } from '../core/outcome.ts'
import { judgeOrphan, type Orphan, type OrphanVerdict } from '../core/prune.ts'
import type { Selection } from '../core/target.ts'
import { MlflowError, SyncError } from '../errors.ts'
import type { BranchSnapshot } from '../github/branch.ts'
import type { MlflowClient } from '../mlflow/client.ts'
import { filterRuns, readRun } from '../mlflow/runs.ts'
import { listModelVersions } from '../mlflow/versions.ts'
import { fileName, isFile, pathIn, type DirectoryState } from './directory.ts'
import type { SyncPlan } from './plan-sync.ts'
import type { RegistryState } from './registry.ts'

export type PruneOptions = {
  readonly client: MlflowClient
  readonly selection: Selection
  readonly maxDeletions: number
}

/** Hash by path of the files that prune may have to look into. */
export function orphanFiles(
  snapshot: BranchSnapshot,
  registry: RegistryState,
): Map<string, string> {
  const spoken = new Set(registry.candidates.map(({ runId }) => runId))
  for (const { version, keepsFile } of registry.leftOut) if (keepsFile) spoken.add(version.runId)
  const orphans = new Map<string, string>()
  for (const entry of snapshot.entries.values()) {
    const runId = entry.name.replace(/\.yaml$/, '')
    const named = fileName(runId) === entry.name && isRunId(runId)
    if (named && isFile(entry) && !spoken.has(runId)) {
      orphans.set(pathIn(snapshot, entry.name), entry.oid)
    }
  }
  return orphans
}

/** Adds the deletions to a plan, each confirmed by a query for that very run. */
export async function addDeletions(
  plan: SyncPlan,
  registry: RegistryState,
  directory: DirectoryState,
  options: PruneOptions,
): Promise<SyncPlan> {
  const doubt = doubtful(plan, registry)
  const verdicts = [
    ...judgeUnlisted(registry, directory, options),
    ...judgeGoneRuns(plan, registry, directory, options),
  ]
  const wanted = verdicts.filter((verdict) => verdict.kind === 'delete')
  const kept = verdicts.flatMap((verdict) => (verdict.kind === 'keep' ? [verdict.record] : []))
  if (doubt !== undefined) {
    if (wanted.length === 0) return merge(plan, kept, [])
    return { ...merge(plan, kept, []), warnings: [...plan.warnings, `Nothing is pruned: ${doubt}`] }
  }
  if (wanted.length > options.maxDeletions) {
    return { ...merge(plan, kept, []), error: tooMany(wanted, options.maxDeletions) }
  }
  const changes: FileChange[] = []
  for (const { record, text } of wanted) {
    const refusal = await refuseDeletion(record, registry, options)
    if (refusal !== undefined) kept.push({ ...record, ...refusal })
    else if (record.path !== null) {
      const { path } = record
      changes.push({ record: { ...record, path, outcome: 'deleted' }, before: text, after: null })
    }
  }
  return merge(plan, kept, changes)
}

/** Deletions need a listing that can be trusted. */
function doubtful(plan: SyncPlan, registry: RegistryState): string | undefined {
  if (registry.listed.length === 0) {
    return 'MLflow lists no model version at all, which is more likely a wrong server, workspace or permission'
  }
  if (plan.unreadRuns > 0) return `${plan.unreadRuns} runs could not be read from MLflow`
  return undefined
}

function judgeUnlisted(
  registry: RegistryState,
  directory: DirectoryState,
  { selection }: PruneOptions,
): OrphanVerdict[] {
  return [...directory.others].flatMap(([path, bytes]) => {
    const runId = path.slice(path.lastIndexOf('/') + 1).replace(/\.yaml$/, '')
    const orphan: Orphan = { runId, path, content: readContent(bytes) }
    const reason = 'no selected model version names this run any more'
    return [judgeOrphan(orphan, reason, selection.models, registry.listed)]
  })
}

/** Files of runs that are still registered, but deleted in MLflow. */
function judgeGoneRuns(
  plan: SyncPlan,
  registry: RegistryState,
  directory: DirectoryState,
  { selection }: PruneOptions,
): OrphanVerdict[] {
  return plan.goneRuns.flatMap((runId) => {
    const content = directory.states.get(runId)
    if (content === undefined || content.kind === 'absent' || content.kind === 'blocked') return []
    const path = pathIn(directory.snapshot, fileName(runId))
    const reason = 'the run is deleted in MLflow'
    return [judgeOrphan({ runId, path, content }, reason, selection.models, registry.listed)]
  })
}

/** Why a file stays after all; undefined when MLflow confirms that its run is not wanted. */
async function refuseDeletion(
  { runId }: RunRecord,
  registry: RegistryState,
  options: PruneOptions,
): Promise<Pick<RunRecord, 'outcome' | 'reason'> | undefined> {
  if (runId === null) return undefined
  try {
    return (await isStillWanted(runId, registry, options))
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
  registry: RegistryState,
  options: PruneOptions,
): Promise<boolean> {
  const { client, selection } = options
  const { filter, runFilter } = selection
  const condition = `run_id = '${runId}'`
  const rows = await listModelVersions(
    client,
    filter === undefined ? condition : `${filter} AND ${condition}`,
  )
  const aliases = new Map(
    registry.listed.map((version) => [`${version.version}/${version.name}`, version.aliases]),
  )
  const { selected, leftOut } = selectVersions(
    rows.map((row) => ({
      ...row,
      aliases: aliases.get(`${row.version}/${row.name}`) ?? row.aliases,
    })),
    selection,
    Number.MAX_SAFE_INTEGER,
  )
  if (selected.length === 0 && leftOut.length === 0) return false
  const run = await readRun(client, runId)
  if (run?.lifecycle !== 'active') return false
  if (runFilter === undefined) return true
  return (await filterRuns(client, runFilter, [runId], [run.experimentId])).size > 0
}

function tooMany(
  wanted: readonly Extract<OrphanVerdict, { kind: 'delete' }>[],
  maxDeletions: number,
): SyncError {
  const shown = wanted.slice(0, 50).map(({ record }) => record.path ?? '')
  const more = wanted.length > shown.length ? ` and ${wanted.length - shown.length} more` : ''
  return new SyncError(
    `Prune would delete ${wanted.length} files, more than max-deletions (${maxDeletions}); none was deleted: ${shown.join(', ')}${more}`,
    {
      advice:
        'Look first whether MLflow is complete (server, workspace, permissions, models, aliases, filter). If it is, raise max-deletions for one run.',
    },
  )
}

/** A run has one record: what prune decides replaces what was said before. */
function merge(
  plan: SyncPlan,
  kept: readonly RunRecord[],
  deletions: readonly FileChange[],
): SyncPlan {
  const records = [...kept, ...deletions.map(({ record }) => record)]
  const decided = new Set(records.map(({ path }) => path))
  return {
    ...plan,
    records: [
      ...plan.records.filter(({ path }) => path === null || !decided.has(path)),
      ...records,
    ],
    changes: [...plan.changes, ...deletions],
  }
}

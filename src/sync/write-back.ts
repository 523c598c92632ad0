import { directoryAt, isFile } from '../core/branch.ts'
import { ActionError, problemOf } from '../core/errors.ts'
import { versionKey } from '../core/model.ts'
import { filesAfter } from '../core/plan/files-after.ts'
import { changesOf, type ChangedEntry, type Plan, type SyncResult } from '../core/result.ts'
import { plural } from '../core/text/format.ts'
import { joinSentences, own, prose, type Prose } from '../core/text/prose.ts'
import { runIdFromFileName } from '../core/values-file/file.ts'
import {
  maxTagChanges,
  planWriteBack,
  tagChanges,
  tagNames,
  type Deployment,
  type TagChange,
  type TagNames,
} from '../core/write-back.ts'
import type { Repository } from '../github/repository.ts'
import type { MlflowClient } from '../mlflow/client.ts'
import { writeTags } from '../mlflow/tags.ts'
import { leaveClaimed, readUnlisted, replacedBy } from './read-tags.ts'
import type { SelectedTarget } from './read-files.ts'
import { describeFailures, describeRest, maxRequests } from './tag-warnings.ts'

export type WriteBackOptions = {
  readonly mlflow: MlflowClient
  readonly repository: Repository
  /** Base URL of GitHub's website. */
  readonly serverUrl: string
  /** Whether the names of tags contain the target's, because there may be several. */
  readonly namesTargets: boolean
  /** Aborted when the job is cancelled. */
  readonly signal: AbortSignal
  readonly info: (line: string) => void
}

/** What a sync has written. */
type Written = Pick<SyncResult, 'operation' | 'commit'> & { readonly plan: Plan }

/**
 * Tags the model versions whose files are on the branch, and removes the tags of others. Whatever goes
 * wrong, the files have been written, so it is only a warning.
 */
export async function writeBack(
  options: WriteBackOptions,
  targets: readonly SelectedTarget[],
  written: Written,
): Promise<Prose[]> {
  try {
    const planned = await planTargets(options, targets, written)
    const { taken, left } = takeWithin(planned, maxRequests)
    const { changes, warnings } = await resolveCommits(options, taken, written.plan.snapshot.head)
    const result = await writeTags(options.mlflow, changes)
    if (result.done > 0) options.info(`Write-back: ${plural(result.done, 'tag')} changed in MLflow`)
    return [...warnings, ...describeFailures(changes, result), ...describeRest(left)]
  } catch (error) {
    if (options.signal.aborted)
      return [
        prose`The job was cancelled before all tags were written to MLflow. The next sync will write them.`,
      ]
    const { message, advice = [] } = problemOf(error)
    return [joinSentences([prose`The tags in MLflow could not be written: ${message}`, advice])]
  }
}

/** The tags of one model version: to be removed, or to be set once its commit is known. */
type PlannedTags =
  | { readonly deployment: Deployment; readonly names: TagNames; readonly maxChanges: number }
  | { readonly removals: readonly TagChange[]; readonly maxChanges: number }

async function planTargets(
  options: WriteBackOptions,
  targets: readonly SelectedTarget[],
  written: Written,
): Promise<PlannedTags[]> {
  const planned: PlannedTags[] = []
  for (const target of targets) planned.push(...(await planTarget(options, target, written)))
  return planned
}

async function planTarget(
  options: WriteBackOptions,
  { target, selected }: SelectedTarget,
  { plan, operation, commit }: Written,
): Promise<PlannedTags[]> {
  const files = plan.files.get(target.name)
  // A target that failed has not been read.
  if (files === undefined) return []
  const { snapshot } = plan
  const { repository, branch } = snapshot
  const { serverUrl, namesTargets } = options
  const names = tagNames(repository, namesTargets ? target.name : undefined)
  const place = { serverUrl, repository, branch, directory: target.directory }
  const ofTarget = changesOf(plan.entries).filter((entry) => entry.target === target.name)
  const made = operation === 'committed' ? ofTarget : []
  const { models, filter } = target.selection
  const unlisted = filter === undefined ? [] : replacedBy(made).filter(({ name }) => models(name))
  const { deployments, removals } = planWriteBack({
    names,
    place,
    models,
    versions: [
      ...selected.listed,
      ...(await readUnlisted(options.mlflow, selected.listed, unlisted)),
    ],
    files: filesAfter(files, made),
    present: runIdsOnBranch(plan, target.directory, made),
    written: { runIds: new Set(made.flatMap(({ runId }) => runId ?? [])), commit: commit?.sha },
  })
  const unclaimed = await leaveClaimed(options.repository, deployments, place)
  return [
    ...unclaimed.map((deployment) => ({
      deployment,
      names,
      maxChanges: maxTagChanges(deployment, names),
    })),
    ...[...Map.groupBy(removals, versionKey).values()].map((ofVersion) => ({
      removals: ofVersion,
      maxChanges: ofVersion.length,
    })),
  ]
}

function runIdsOnBranch(
  { snapshot }: Plan,
  directory: string,
  made: readonly ChangedEntry[],
): Set<string> {
  const { entries } = directoryAt(snapshot, directory)
  const present = new Set(
    [...entries.values()].flatMap((entry) =>
      isFile(entry) ? (runIdFromFileName(entry.name) ?? []) : [],
    ),
  )
  for (const { runId, outcome } of made) {
    if (runId === null) continue
    if (outcome === 'deleted') present.delete(runId)
    else present.add(runId)
  }
  return present
}

function takeWithin(
  planned: readonly PlannedTags[],
  limit: number,
): { readonly taken: readonly PlannedTags[]; readonly left: number } {
  let sum = 0
  const index = planned.findIndex(({ maxChanges }) => (sum += maxChanges) > limit)
  const count = index < 0 ? planned.length : index
  return { taken: planned.slice(0, count), left: planned.length - count }
}

/** Asks GitHub for the commits of files that this sync did not write. */
async function resolveCommits(
  { repository }: WriteBackOptions,
  planned: readonly PlannedTags[],
  head: string,
): Promise<{ readonly changes: TagChange[]; readonly warnings: readonly Prose[] }> {
  const paths = planned.flatMap((tags) =>
    'deployment' in tags && tags.deployment.commit === undefined ? [tags.deployment.path] : [],
  )
  const { commits, warnings } = await readCommits(repository, head, paths)
  const changes = planned.flatMap((tags) => {
    if (!('deployment' in tags)) return tags.removals
    const { deployment, names } = tags
    const commit = deployment.commit ?? commits.get(deployment.path)
    return commit === undefined ? [] : tagChanges(deployment, commit, names)
  })
  return { changes, warnings }
}

async function readCommits(repository: Repository, head: string, paths: readonly string[]) {
  try {
    const commits = await repository.lastCommits(head, paths)
    return { commits, warnings: [] }
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    const files = own(plural(paths.length, 'file'))
    return {
      commits: new Map<string, string>(),
      warnings: [
        joinSentences([
          prose`The commits of ${files} could not be read, so the tags of their model versions were not set in MLflow: ${error.text}`,
          error.advice ?? [],
        ]),
      ],
    }
  }
}

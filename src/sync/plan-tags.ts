import { directoryAt, isFile } from '../core/branch.ts'
import type { Plan } from '../core/changes.ts'
import { changesOf, type ChangedEntry } from '../core/entry.ts'
import { versionKey } from '../core/model.ts'
import { filesAfter } from '../core/plan/files-after.ts'
import type { SyncResult } from '../core/result.ts'
import type { Prose } from '../core/text/prose.ts'
import { runIdFromFileName } from '../core/values-file/file.ts'
import {
  maxTagChanges,
  planWriteBack,
  tagNames,
  type Deployment,
  type TagChange,
  type TagNames,
  type WriteBackInput,
} from '../core/write-back.ts'
import type { SelectedTarget } from './read-selection.ts'
import { createTagReader, leaveClaimed, type TagSources } from './read-tags.ts'

export type PlanTagsOptions = TagSources & {
  /** Base URL of GitHub's website. */
  readonly serverUrl: string
  /** Whether the names of tags contain the target's, because there may be several. */
  readonly namesTargets: boolean
}

/** What a sync has written. */
export type Written = Pick<SyncResult, 'operation' | 'commit'> &
  Pick<WriteBackInput, 'corrections'> & { readonly plan: Plan }

/** The tags of one model version: to be removed, or to be set once its commit is known. */
export type PlannedTags = {
  /** Name of the registered model. */
  readonly name: string
  /** Number of requests that they take at most. */
  readonly maxChanges: number
} & (
  | { readonly deployment: Deployment; readonly names: TagNames }
  | { readonly removals: readonly TagChange[] }
)

/** Decides what changes in the tags of all targets. What cannot be read is left to the next sync. */
export async function planTags(
  options: PlanTagsOptions,
  targets: readonly SelectedTarget[],
  written: Written,
): Promise<{ readonly planned: readonly PlannedTags[]; readonly warnings: readonly Prose[] }> {
  const complete = targets.find((target) => !isFiltered(target))
  const planned: PlannedTags[] = []
  const warnings: Prose[] = []
  const readTagged = createTagReader(options, targets.filter(isFiltered).length, warnings)
  for (const selected of targets) {
    const input = inputFor(options, selected, written)
    if (input === undefined) continue
    const versions = isFiltered(selected)
      ? (complete?.selected.listed ?? (await readTagged(input)))
      : input.versions
    planned.push(...(await planTarget(options, { ...input, versions }, warnings)))
  }
  return { planned, warnings }
}

function isFiltered({ target }: SelectedTarget): boolean {
  return target.selection.filter !== undefined
}

/** Undefined for a target that failed, because its files were not read. */
function inputFor(
  { serverUrl, namesTargets }: PlanTagsOptions,
  { target, selected }: SelectedTarget,
  { plan, operation, commit, corrections }: Written,
): WriteBackInput | undefined {
  const files = plan.files.get(target.name)
  if (files === undefined) return undefined
  const { repository, branch } = plan.snapshot
  const { directory } = target
  const ofTarget = changesOf(plan.entries).filter((entry) => entry.target === target.name)
  const made = operation === 'committed' ? ofTarget : []
  return {
    names: tagNames(repository, namesTargets ? target.name : undefined),
    ownsNames: namesTargets,
    place: { serverUrl, repository, branch, directory },
    models: target.selection.models,
    versions: selected.listed,
    files: filesAfter(files, made),
    present: runIdsOnBranch(plan, directory, made),
    written: { runIds: new Set(made.flatMap(({ runId }) => runId ?? [])), commit: commit?.sha },
    corrections,
  }
}

async function planTarget(
  sources: TagSources,
  input: WriteBackInput,
  warnings: Prose[],
): Promise<PlannedTags[]> {
  const { names, place } = input
  const { deployments, removals } = planWriteBack(input)
  const unclaimed = await leaveClaimed(sources, deployments, place, warnings)
  return [
    ...unclaimed.map((deployment) => ({
      name: deployment.name,
      maxChanges: maxTagChanges(deployment, names),
      deployment,
      names,
    })),
    ...[...Map.groupBy(removals, versionKey).values()].map((ofVersion) => ({
      name: ofVersion[0]?.name ?? '',
      maxChanges: ofVersion.length,
      removals: ofVersion,
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

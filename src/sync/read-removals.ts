import { directoryAt, type BranchSnapshot } from '../core/branch.ts'
import { createCommitGraph } from '../core/commit-graph.ts'
import { GitHubError } from '../core/errors.ts'
import type { ModelVersion, RunFacts } from '../core/model.ts'
import type { Recreate } from '../core/recreate.ts'
import {
  editKey,
  findLastEdits,
  findPersonsRemoval,
  hasActionsCommit,
  lastCreation,
  type DirectoryHistory,
  type LastEdit,
  type Removal,
  type RemovalCommit,
} from '../core/removal.ts'
import { joinSentences } from '../core/text/prose.ts'
import type { Repository } from '../github/repository.ts'
import { fileOf, type LoadedTarget } from './read-files.ts'

/** By path: files that do not exist because a person deleted them, or that may not. */
export type Removals = ReadonlyMap<string, Removal>

/** A target, and what MLflow says about its runs. */
export type TargetWithFacts = LoadedTarget & { readonly facts: ReadonlyMap<string, RunFacts> }

export type RemovalReader = (
  snapshot: BranchSnapshot,
  targets: readonly TargetWithFacts[],
) => Promise<Removals>

/** The file of a run that would be created. */
type NewFile = { readonly path: string; readonly runId: string; readonly directory: string }

/**
 * Finds out which of the files that a sync would create were deleted by a person. That takes one
 * request for all targets, and one for every 100 files that the action may have written before.
 */
export function createRemovalReader(repository: Repository, recreate: Recreate): RemovalReader {
  /** What earlier attempts read, by path and by the newest commit of its directory. */
  const known = new Map<string, RemovalCommit | undefined>()

  return async (snapshot, targets) => {
    const newFiles = targets.map((target) => findNewFiles(target, recreate))
    if (newFiles.every((files) => files.length === 0)) return new Map()
    const histories = await readHistories(repository, snapshot)
    if (histories instanceof GitHubError) {
      return new Map(newFiles.flat().map(({ path }) => [path, unreadable(histories)]))
    }
    const keyOf = ({ directory, path }: NewFile): string =>
      `${histories.get(directory)?.commits[0]?.sha ?? ''}:${path}`
    const candidates = targets.flatMap((target, index) =>
      selectCandidates(target, newFiles[index] ?? [], snapshot, histories),
    )
    const graph = createCommitGraph([...histories.values()][0]?.recent ?? [])
    const unknown = candidates.filter((file) => !known.has(keyOf(file)))
    const paths = unknown.map(({ path }) => path)
    const read = await repository.readRemovals(snapshot, paths)
    return new Map(
      candidates.flatMap((file): [string, Removal][] => {
        const commit = read.has(file.path) ? read.get(file.path) : known.get(keyOf(file))
        if (commit instanceof GitHubError) return [[file.path, unreadable(commit)]]
        known.set(keyOf(file), commit)
        const removal = findPersonsRemoval(file, commit, graph)
        return removal === undefined ? [] : [[file.path, removal]]
      }),
    )
  }
}

/** The files that the plan of a target would create. */
function findNewFiles(target: TargetWithFacts, recreate: Recreate): NewFile[] {
  if (recreate === 'all') return []
  const { directory } = target.target
  return target.selected.runs.flatMap((selected) => {
    const { runId } = selected
    const { path, state } = fileOf(target, selected)
    const isNew =
      state.kind === 'absent' && isActive(target.facts.get(runId)) && !recreate.has(runId)
    return isNew ? [{ path, runId, directory }] : []
  })
}

/** Whether MLflow has the run, and it is not deleted. */
export function isActive(facts: RunFacts | undefined): boolean {
  return facts?.run.kind === 'found' && facts.run.run.lifecycle === 'active'
}

async function readHistories(
  repository: Repository,
  snapshot: BranchSnapshot,
): Promise<ReadonlyMap<string, DirectoryHistory> | GitHubError> {
  try {
    return await repository.readHistories(snapshot)
  } catch (error) {
    if (error instanceof GitHubError && error.reason !== 'branch-moved') return error
    throw error
  }
}

function unreadable({ text, advice = [] }: GitHubError): Removal {
  return { kind: 'unreadable', reason: joinSentences([text, advice]) }
}

/** A file that may have been there before. */
type Candidate = NewFile & { readonly lastEdit: LastEdit | undefined }

/**
 * Selects the new files that may have been there before: those of versions that are older than the
 * action's last commit in the directory, or whose run has another version that is, and those that one of
 * its commits names, because MLflow's clock may be ahead.
 */
function selectCandidates(
  { target, selected }: TargetWithFacts,
  files: readonly NewFile[],
  snapshot: BranchSnapshot,
  histories: ReadonlyMap<string, DirectoryHistory>,
): Candidate[] {
  const history = histories.get(target.directory)
  if (history === undefined) return []
  const lastEdits = findLastEdits(history)
  const isFirst = files.length > maxAtFirst && isFirstSync(snapshot, target.directory, history)
  const end = isFirst ? -Infinity : lastCreation(history)
  const firstVersions = findFirstVersions([
    ...selected.listed,
    ...selected.runs.map(({ version }) => version),
  ])
  return files
    .map((file) => ({ ...file, lastEdit: lastEdits.get(editKey(file.path)) }))
    .filter(
      ({ runId, lastEdit }) =>
        lastEdit !== undefined || (firstVersions.get(runId) ?? -Infinity) < end,
    )
}

/** More files than this are only looked for if there is a sign that a directory had any before. */
const maxAtFirst = 100

/** Whether nothing says that there have ever been values files in a directory. */
function isFirstSync(
  snapshot: BranchSnapshot,
  directory: string,
  history: DirectoryHistory,
): boolean {
  const names = [...directoryAt(snapshot, directory).entries.keys()]
  return !hasActionsCommit(history) && !names.some((name) => valuesFile.test(name))
}

/** Named after an id that MLflow generated. */
const valuesFile = /^[0-9a-f]{32}\.yaml$/

/** When the first version of each run was registered. */
function findFirstVersions(versions: readonly ModelVersion[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>()
  for (const { runId, creationTime, problem } of versions) {
    if (problem !== undefined) continue
    first.set(runId, Math.min(first.get(runId) ?? Infinity, creationTime))
  }
  return first
}

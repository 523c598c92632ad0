import {
  directoryAt,
  isFile,
  pathIn,
  type BranchSnapshot,
  type DirectoryEntry,
} from '../core/branch.ts'
import {
  blockedBy,
  fileName,
  readContent,
  type FileState,
  type RunFile,
} from '../core/values-file/file.ts'
import { orphanRunIds } from '../core/prune.ts'
import type { Target } from '../core/target.ts'
import type { Template } from '../core/template/parse.ts'
import type { Repository } from '../github/repository.ts'
import type { SelectedVersions } from './read-selection.ts'
import type { TemplateReader } from './read-template.ts'

/** A target with what its selection found. */
export type SelectedTarget = { readonly target: Target; readonly selected: SelectedVersions }

/** A target with everything that the branch has for it. */
export type LoadedTarget = SelectedTarget & {
  readonly template: Template
  /** By run id: the candidates' files, and those that prune has to look into. */
  readonly files: ReadonlyMap<string, RunFile>
}

/** Reads the files and templates of all targets together. */
export async function readFiles(
  repository: Repository,
  snapshot: BranchSnapshot,
  targets: readonly SelectedTarget[],
  templates: TemplateReader,
): Promise<LoadedTarget[]> {
  const wanted = new Map<string, string>()
  for (const { target, selected } of targets) {
    templates.addWanted(wanted, snapshot, target.template)
    const { entries } = directoryAt(snapshot, target.directory)
    for (const runId of runIdsOf(snapshot, target, selected)) {
      const entry = entries.get(fileName(runId))
      if (isFile(entry)) wanted.set(entry.oid, pathIn(target.directory, entry.name))
    }
  }
  const contents = await repository.readFiles(snapshot, wanted)
  return targets.map(({ target, selected }) => ({
    target,
    selected,
    template: templates.parse(snapshot, target.template, contents),
    files: filesOf(snapshot, target, runIdsOf(snapshot, target, selected), contents),
  }))
}

/** The candidates, and for prune the runs of files that no candidate claims. */
function runIdsOf(
  snapshot: BranchSnapshot,
  { directory, prune }: Target,
  { candidates, leftOut }: SelectedVersions,
): string[] {
  const { entries } = directoryAt(snapshot, directory)
  const names = [...entries.values()].filter(isFile).map(({ name }) => name)
  return [
    ...candidates.map(({ runId }) => runId),
    ...(prune === undefined ? [] : orphanRunIds(names, candidates, leftOut)),
  ]
}

function filesOf(
  snapshot: BranchSnapshot,
  { directory }: Target,
  runIds: readonly string[],
  contents: ReadonlyMap<string, Uint8Array>,
): Map<string, RunFile> {
  const { entries } = directoryAt(snapshot, directory)
  return new Map(
    runIds.map((runId) => {
      const name = fileName(runId)
      const entry = entries.get(name)
      const file = {
        path: pathIn(directory, name),
        state: stateOf(entry, contents),
        executable: entry?.kind === 'executable',
      }
      return [runId, file]
    }),
  )
}

function stateOf(
  entry: DirectoryEntry | undefined,
  contents: ReadonlyMap<string, Uint8Array>,
): FileState {
  if (entry === undefined) return { kind: 'absent' }
  if (entry.kind !== 'file' && entry.kind !== 'executable') {
    return { kind: 'blocked', reason: blockedBy[entry.kind] }
  }
  const content = contents.get(entry.oid)
  return content === undefined
    ? { kind: 'blocked', reason: 'its content could not be read' }
    : readContent(content)
}

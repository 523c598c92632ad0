import {
  directoryAt,
  isFile,
  pathIn,
  type BranchSnapshot,
  type Content,
  type DirectoryEntry,
} from '../core/branch.ts'
import type { IndexFile } from '../core/index-file.ts'
import type { SelectedRun } from '../core/select.ts'
import type { Target } from '../core/target.ts'
import type { Template } from '../core/template/parse.ts'
import {
  blockedBy,
  fileName,
  readContent,
  runIdFromFileName,
  type FileState,
  type RunFile,
} from '../core/values-file/file.ts'
import type { Repository } from '../github/repository.ts'
import type { SelectedTarget, SelectionResult } from './read-selection.ts'
import type { Validator } from '../values-schema/validator.ts'
import type { SchemaReader } from './read-schemas.ts'
import { splitTargets, type FailedTarget } from './targets.ts'
import type { TemplateReader } from './templates.ts'

/** A target with its template and files from the branch. */
export type LoadedTarget = SelectedTarget & {
  /** Parsed when it is first needed, or at once if it may be invalid. */
  readonly template: () => Template
  /** By run id: the files of the selected runs; all of the directory if `needsAllFiles`. */
  readonly files: ReadonlyMap<string, RunFile>
  /** Undefined if the target has no index. */
  readonly index: IndexFile | undefined
  /** Undefined: new content is not validated. */
  readonly validator: Validator | undefined
}

/** The file of a selected run, which `readFiles` has looked up. */
export function fileOf({ files }: LoadedTarget, { runId }: SelectedRun): RunFile {
  const file = files.get(runId)
  if (file === undefined) throw new Error(`the file of run ${runId} was not looked up`)
  return file
}

/**
 * Reads the files, templates and values schemas of all targets together.
 *
 * @param writesBack whether MLflow is told what is on the branch.
 * @returns the targets, without those whose template or schema is missing or invalid.
 */
export async function readFiles(
  repository: Repository,
  snapshot: BranchSnapshot,
  targets: readonly SelectedTarget[],
  templates: TemplateReader,
  schemas: SchemaReader,
  writesBack: boolean,
): Promise<{ loaded: LoadedTarget[]; failed: FailedTarget[] }> {
  const pathsByOid = new Map<string, string>()
  const wanted = await splitTargets(targets, async ({ target, selected }) => {
    const runIds = runIdsOf(snapshot, target, selected, writesBack)
    await schemas.addTo(pathsByOid, snapshot, target)
    templates.addTo(pathsByOid, snapshot, target.template)
    addPaths(pathsByOid, snapshot, target, runIds)
    addIndex(pathsByOid, snapshot, target)
    return { target, selected, runIds }
  })
  const contents = await repository.readFiles(snapshot, pathsByOid)
  const { succeeded, failed } = await splitTargets(
    wanted.succeeded,
    async ({ target, selected, runIds }): Promise<LoadedTarget> => {
      // The repository's own templates are checked even if no file is rendered from them.
      await templates.check(repository, snapshot, target.template, contents)
      return {
        target,
        selected,
        template: () => templates.parse(snapshot, target.template, contents),
        validator: await schemas.load(snapshot, target, contents),
        files: filesOf(snapshot, target, runIds, contents),
        index: indexOf(snapshot, target, contents),
      }
    },
  )
  return { loaded: succeeded, failed: [...wanted.failed, ...failed] }
}

/** Reads all values files of a target's directory, and looks up those of the selected runs. */
export async function readAllFiles(
  repository: Repository,
  snapshot: BranchSnapshot,
  { target, selected }: LoadedTarget,
): Promise<ReadonlyMap<string, RunFile>> {
  const runIds = allRunIds(snapshot, target, selected)
  const pathsByOid = new Map<string, string>()
  addPaths(pathsByOid, snapshot, target, runIds)
  const contents = await repository.readFiles(snapshot, pathsByOid)
  return filesOf(snapshot, target, runIds, contents)
}

function addPaths(
  pathsByOid: Map<string, string>,
  snapshot: BranchSnapshot,
  { directory }: Target,
  runIds: readonly string[],
): void {
  const { entries } = directoryAt(snapshot, directory)
  for (const runId of runIds) {
    const entry = entries.get(fileName(runId))
    if (isFile(entry)) pathsByOid.set(entry.oid, pathIn(directory, entry.name))
  }
}

/**
 * Whether files of runs that are not selected matter: prune deletes them, an index lists them, and the
 * versions that they name are tagged.
 */
function needsAllFiles({ prune, index }: Target, writesBack: boolean): boolean {
  return prune !== undefined || index !== undefined || writesBack
}

/** Ids of the selected runs and, if they are needed, of all runs with a file. */
function runIdsOf(
  snapshot: BranchSnapshot,
  target: Target,
  selected: SelectionResult,
  writesBack: boolean,
): readonly string[] {
  return needsAllFiles(target, writesBack)
    ? allRunIds(snapshot, target, selected)
    : selected.runs.map(({ runId }) => runId)
}

function allRunIds(
  snapshot: BranchSnapshot,
  { directory }: Target,
  { runs }: SelectionResult,
): string[] {
  const { entries } = directoryAt(snapshot, directory)
  const present = [...entries.values()].flatMap((entry) => {
    const runId = isFile(entry) ? runIdFromFileName(entry.name) : undefined
    return runId === undefined ? [] : [runId]
  })
  return [...new Set([...runs.map(({ runId }) => runId), ...present])]
}

export function addIndex(
  pathsByOid: Map<string, string>,
  snapshot: BranchSnapshot,
  { directory, index = '' }: Target,
): void {
  const entry = directoryAt(snapshot, directory).entries.get(index)
  if (isFile(entry)) pathsByOid.set(entry.oid, pathIn(directory, index))
}

export function indexOf(
  snapshot: BranchSnapshot,
  { directory, index }: Target,
  contents: ReadonlyMap<string, Content>,
): IndexFile | undefined {
  if (index === undefined) return undefined
  const entry = directoryAt(snapshot, directory).entries.get(index)
  return {
    path: pathIn(directory, index),
    executable: entry?.kind === 'executable',
    state: indexState(entry, contents),
  }
}

function indexState(
  entry: DirectoryEntry | undefined,
  contents: ReadonlyMap<string, Content>,
): IndexFile['state'] {
  if (entry === undefined) return { kind: 'absent' }
  if (entry.kind !== 'file' && entry.kind !== 'executable') return { kind: entry.kind }
  const content = contents.get(entry.oid)
  return content === undefined ? { kind: 'unread' } : { kind: 'present', content }
}

function filesOf(
  snapshot: BranchSnapshot,
  { directory }: Target,
  runIds: readonly string[],
  contents: ReadonlyMap<string, Content>,
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
  contents: ReadonlyMap<string, Content>,
): FileState {
  if (entry === undefined) return { kind: 'absent' }
  if (entry.kind !== 'file' && entry.kind !== 'executable') {
    return { kind: 'blocked', reason: blockedBy[entry.kind] }
  }
  const content = contents.get(entry.oid)
  return content === undefined ? { kind: 'unread' } : readContent(content)
}

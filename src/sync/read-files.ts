import {
  directoryAt,
  isFile,
  pathIn,
  type BranchSnapshot,
  type DirectoryEntry,
} from '../core/branch.ts'
import { SyncError } from '../core/errors.ts'
import type { SelectedRun } from '../core/select.ts'
import type { Target } from '../core/target.ts'
import { parseTemplate, type Template } from '../core/template/parse.ts'
import {
  blockedBy,
  fileName,
  readContent,
  runIdFromFileName,
  type FileState,
  type RunFile,
} from '../core/values-file/file.ts'
import type { Repository } from '../github/repository.ts'
import type { SelectionResult } from './read-selection.ts'

/** A target with the result of its selection. */
export type SelectedTarget = { readonly target: Target; readonly selected: SelectionResult }

/** A target with its template and files from the branch. */
export type LoadedTarget = SelectedTarget & {
  readonly template: Template
  /** By run id: the files of the selected runs, and all others of the directory that matter. */
  readonly files: ReadonlyMap<string, RunFile>
}

/** The file of a selected run, which `readFiles` has looked up. */
export function fileOf({ files }: LoadedTarget, { runId }: SelectedRun): RunFile {
  const file = files.get(runId)
  if (file === undefined) throw new Error(`the file of run ${runId} was not looked up`)
  return file
}

/**
 * Reads the files and templates of all targets together.
 *
 * @throws SyncError if a template is missing or invalid.
 */
export async function readFiles(
  repository: Repository,
  snapshot: BranchSnapshot,
  targets: readonly SelectedTarget[],
  templates: TemplateReader,
): Promise<LoadedTarget[]> {
  const wanted = targets.map(({ target, selected }) => ({
    target,
    selected,
    runIds: runIdsOf(snapshot, target, selected),
  }))
  const pathsByOid = new Map<string, string>()
  for (const { target, runIds } of wanted) {
    templates.addTo(pathsByOid, snapshot, target.template)
    const { entries } = directoryAt(snapshot, target.directory)
    for (const runId of runIds) {
      const entry = entries.get(fileName(runId))
      if (isFile(entry)) pathsByOid.set(entry.oid, pathIn(target.directory, entry.name))
    }
  }
  const contents = await repository.readFiles(snapshot, pathsByOid)
  return wanted.map(({ target, selected, runIds }) => ({
    target,
    selected,
    template: templates.parse(snapshot, target.template, contents),
    files: filesOf(snapshot, target, runIds, contents),
  }))
}

/**
 * Reads the templates of all targets, without their files.
 *
 * @throws SyncError if a template is missing or invalid.
 */
export async function readTemplates(
  repository: Repository,
  snapshot: BranchSnapshot,
  targets: readonly Target[],
  templates: TemplateReader,
): Promise<Template[]> {
  const pathsByOid = new Map<string, string>()
  for (const { template } of targets) templates.addTo(pathsByOid, snapshot, template)
  const contents = await repository.readFiles(snapshot, pathsByOid)
  return targets.map(({ template }) => templates.parse(snapshot, template, contents))
}

/**
 * Ids of the runs whose files matter: the selected ones, and all of the directory if some may be
 * deleted (prune) or superseded (by a new file).
 */
function runIdsOf(
  snapshot: BranchSnapshot,
  { directory, prune }: Target,
  { runs }: SelectionResult,
): string[] {
  const { entries } = directoryAt(snapshot, directory)
  const selected = runs.map(({ runId }) => runId)
  const isNew = selected.some((runId) => !entries.has(fileName(runId)))
  if (prune === undefined && !isNew) return selected
  const present = [...entries.values()].flatMap((entry) => {
    const runId = isFile(entry) ? runIdFromFileName(entry.name) : undefined
    return runId === undefined ? [] : [runId]
  })
  return [...new Set([...selected, ...present])]
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
  return content === undefined ? { kind: 'unread' } : readContent(content)
}

/** Parses each template once per sync. */
export type TemplateReader = {
  /** Adds a template to the files to read (paths by Git hash). */
  readonly addTo: (
    pathsByOid: Map<string, string>,
    snapshot: BranchSnapshot,
    path: string | undefined,
  ) => void
  /** @throws SyncError if the template is missing or invalid. */
  readonly parse: (
    snapshot: BranchSnapshot,
    path: string | undefined,
    contents: ReadonlyMap<string, Uint8Array>,
  ) => Template
}

/** @param builtIn text of the built-in template, for targets without one of their own. */
export function createTemplateReader(builtIn: string): TemplateReader {
  const parsed = new Map<string | undefined, Template>()
  return {
    addTo: (pathsByOid, { files }, path) => {
      const oid = path === undefined ? undefined : files.get(path)
      if (path !== undefined && oid !== undefined) pathsByOid.set(oid, path)
    },
    parse: (snapshot, path, contents) => {
      const oid = path === undefined ? undefined : oidOf(snapshot, path)
      const cached = parsed.get(oid)
      if (cached !== undefined) return cached
      const text = oid === undefined ? builtIn : decodeUtf8(path, contents.get(oid))
      const template = parseOrThrow(text, path, snapshot.branch)
      parsed.set(oid, template)
      return template
    },
  }
}

function oidOf({ files, branch }: BranchSnapshot, path: string): string {
  const oid = files.get(path)
  if (oid !== undefined) return oid
  throw new SyncError(`There is no template ${path} on branch ${branch}`, {
    advice: 'Check the input template: a path from the root of the repository.',
  })
}

function decodeUtf8(path: string | undefined, bytes: Uint8Array | undefined): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SyncError(`The template ${path ?? ''} is not UTF-8 text`, {
      advice: 'Save it as UTF-8.',
    })
  }
}

function parseOrThrow(text: string, path: string | undefined, branch: string): Template {
  const parsed = parseTemplate(text)
  if (parsed.ok) return parsed.template
  throw new SyncError(
    `The template ${path ?? '(built in)'} can't be used: ${parsed.problems.join('; ')}`,
    { advice: `Correct it on branch ${branch}; nothing was written.` },
  )
}

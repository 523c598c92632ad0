import { orphanRunIds, type PruneFile } from '../core/prune.ts'
import { blockedBy, readContent, type FileState } from '../core/file-state.ts'
import type { Anchor, BlobReader } from '../github/blobs.ts'
import type { BranchSnapshot, DirectoryEntry } from '../github/branch.ts'
import type { RegistryState } from './registry.ts'

export function fileName(runId: string): string {
  return `${runId}.yaml`
}

/** Path in the repository of a file in the snapshot's directory. */
export function pathIn(snapshot: Pick<BranchSnapshot, 'directory'>, name: string): string {
  return snapshot.directory === '' ? name : `${snapshot.directory}/${name}`
}

export function anchorOf({ head, directory, tree }: BranchSnapshot): Anchor {
  return {
    head,
    directory,
    tree,
  }
}

/** The contents that matter, with the branch they are of. */
export type DirectoryState = {
  readonly snapshot: BranchSnapshot
  /** What stands at each candidate's path, by run id. */
  readonly states: ReadonlyMap<string, FileState>
  /** Contents of the candidates' files, and of those that prune has to look into, by run id. */
  readonly files: ReadonlyMap<string, PruneFile>
  /** True once head and directory are known to be of one moment; undefined: not asked yet. */
  readonly anchored: boolean | undefined
}

/** Reads the candidates' files, and for prune those that no candidate claims. */
export async function readDirectory(
  blobs: BlobReader,
  snapshot: BranchSnapshot,
  { candidates, leftOut }: RegistryState,
  withOrphans: boolean,
): Promise<DirectoryState> {
  const entryOf = (runId: string) => snapshot.entries.get(fileName(runId))
  const selected = candidates.map(({ runId }) => runId)
  const orphans = withOrphans
    ? orphanRunIds(snapshot.entries.keys(), candidates, leftOut).filter((id) => isFile(entryOf(id)))
    : []
  const wanted = new Map<string, string>()
  for (const runId of [...selected, ...orphans]) {
    const entry = entryOf(runId)
    if (isFile(entry)) wanted.set(entry.oid, pathIn(snapshot, entry.name))
  }
  const { contents, anchored } = await blobs.read(wanted, anchorOf(snapshot))
  const states = new Map(selected.map((id) => [id, stateOf(entryOf(id), contents)]))
  const files = new Map<string, PruneFile>()
  for (const runId of [...selected, ...orphans]) {
    const content = states.get(runId) ?? stateOf(entryOf(runId), contents)
    if (content.kind === 'absent' || content.kind === 'blocked') continue
    files.set(runId, { path: pathIn(snapshot, fileName(runId)), content })
  }
  return { snapshot, states, files, anchored }
}

function isFile(entry: DirectoryEntry | undefined): entry is DirectoryEntry {
  return entry?.kind === 'file' || entry?.kind === 'executable'
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

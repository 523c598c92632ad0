import type { Candidate } from '../core/candidate.ts'
import { blockedBy, readContent, type FileState } from '../core/file-state.ts'
import type { Anchor, BlobReader } from '../github/blobs.ts'
import type { BranchSnapshot, DirectoryEntry } from '../github/branch.ts'

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
  /** Contents of further files that were asked for, by path. */
  readonly others: ReadonlyMap<string, Uint8Array>
  /** True once head and directory are known to be of one moment; undefined: not asked yet. */
  readonly anchored: boolean | undefined
}

/** Reads the candidates' files, and nothing else of the directory but what `others` names. */
export async function readDirectory(
  blobs: BlobReader,
  snapshot: BranchSnapshot,
  candidates: readonly Candidate[],
  others: ReadonlyMap<string, string>,
): Promise<DirectoryState> {
  const wanted = new Map<string, string>()
  for (const [path, oid] of others) wanted.set(oid, path)
  for (const { runId } of candidates) {
    const entry = snapshot.entries.get(fileName(runId))
    if (isFile(entry)) wanted.set(entry.oid, pathIn(snapshot, entry.name))
  }
  const { contents, anchored } = await blobs.read(wanted, anchorOf(snapshot))
  const states = new Map(
    candidates.map(({ runId }) => [
      runId,
      stateOf(snapshot.entries.get(fileName(runId)), contents),
    ]),
  )
  const found = [...others].flatMap(([path, oid]): [string, Uint8Array][] => {
    const content = contents.get(oid)
    return content === undefined ? [] : [[path, content]]
  })
  return { snapshot, states, others: new Map(found), anchored }
}

export function isFile(entry: DirectoryEntry | undefined): entry is DirectoryEntry {
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

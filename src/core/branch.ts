import { createHash } from 'node:crypto'

/** One entry of a directory on a branch. */
export type DirectoryEntry = {
  readonly name: string
  /** `link` is a symbolic link, `submodule` a commit of another repository. */
  readonly kind: 'file' | 'executable' | 'link' | 'directory' | 'submodule'
  /** Git's hash of the content. */
  readonly oid: string
}

/** A directory of values files. */
export type Directory = {
  /** Relative to the root of the repository, which is `''`. */
  readonly path: string
  /** Git's hash of the directory; undefined when it does not exist yet. */
  readonly oid: string | undefined
  readonly entries: ReadonlyMap<string, DirectoryEntry>
}

/** A branch at one moment. */
export type BranchSnapshot = {
  /** `owner/name` as GitHub spells it. */
  readonly repository: string
  /** GitHub's node id of the repository. */
  readonly repositoryId: string
  readonly branch: string
  /** Commit at the branch's head. */
  readonly head: string
  /** Git's hash of that commit's tree. */
  readonly rootTree: string
  /** The directories that were asked for, by path. */
  readonly directories: ReadonlyMap<string, Directory>
  /** Git's hashes of the other files that were asked for, by path; missing files are left out. */
  readonly files: ReadonlyMap<string, string>
}

/** The directory of a snapshot at a path, empty when it does not exist yet. */
export function directoryAt({ directories }: BranchSnapshot, path: string): Directory {
  return directories.get(path) ?? { path, oid: undefined, entries: new Map() }
}

/** Path in the repository of a file in a directory. */
export function pathIn(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`
}

export function isFile(entry: DirectoryEntry | undefined): entry is DirectoryEntry {
  return entry?.kind === 'file' || entry?.kind === 'executable'
}

/** Git's name for a content: SHA-1 of `blob <length>\0<bytes>`. Equal names, equal bytes. */
export function blobOid(content: Uint8Array): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')
}

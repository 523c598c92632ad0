import { createHash } from 'node:crypto'
import type { Problem } from './problem.ts'

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
  /** Git's hash of the directory; undefined if it does not exist yet. */
  readonly oid: string | undefined
  readonly entries: ReadonlyMap<string, DirectoryEntry>
}

/** A branch at one moment. */
export type BranchSnapshot = {
  /** `owner/name` as GitHub spells it. */
  readonly repository: string
  readonly branch: string
  /** Commit at the head of the branch. */
  readonly head: string
  /** Git's hash of that commit's tree. */
  readonly rootTree: string
  /** The requested directories, by path. */
  readonly directories: ReadonlyMap<string, Directory>
  /** Requested directories that cannot exist, with what is in their way. */
  readonly obstacles: ReadonlyMap<string, Problem>
  /** Git's hashes of the other requested files, by path, without those that do not exist. */
  readonly files: ReadonlyMap<string, string>
}

/** The snapshot's directory at a path; an empty one if it does not exist yet. */
export function directoryAt({ directories }: BranchSnapshot, path: string): Directory {
  return directories.get(path) ?? { path, oid: undefined, entries: new Map() }
}

/** Whether a file exists in one of the snapshot's directories. */
export function hasFile({ directories }: BranchSnapshot, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return directories.get(parentOf(path))?.entries.has(name) ?? false
}

/** Path of a file in a directory, relative to the root of the repository. */
export function pathIn(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`
}

/** The directory that a path is in; `''` for the root of the repository. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0))
}

/** `a`, `a/b` and `a/b/c` for `a/b/c`. */
export function pathsTo(path: string): string[] {
  return path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'))
}

export function isFile(entry: DirectoryEntry | undefined): entry is DirectoryEntry {
  return entry?.kind === 'file' || entry?.kind === 'executable'
}

/** A file's content: its text if that is known to be UTF-8, else its bytes. */
export type Content = string | Uint8Array

/** Git's hash of a file's content: SHA-1 of `blob <length>\0<bytes>`. */
export function blobOid(content: Content): string {
  const length = typeof content === 'string' ? Buffer.byteLength(content) : content.length
  return createHash('sha1').update(`blob ${length}\0`).update(content).digest('hex')
}

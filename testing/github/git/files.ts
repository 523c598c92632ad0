/** A file to write: text or bytes, with or without a mode; null deletes it. */
export type FileContent =
  | string
  | Buffer
  | null
  | { readonly content: string | Buffer; readonly mode: '100644' | '100755' | '120000' }
  /** A submodule at this commit, which need not exist in the repository. */
  | { readonly submodule: string }

export type Files = Readonly<Record<string, FileContent>>

/** A change to a tree; an `oid` of null removes the path. */
export type TreeChange = {
  readonly path: string
  readonly mode: string
  readonly oid: string | null
}

/** The changes that write these files, whose contents `writeBlobs` stores. */
export function changesTo(
  files: Files,
  writeBlobs: (contents: readonly (string | Buffer)[]) => readonly string[],
): TreeChange[] {
  const changes: TreeChange[] = []
  const written: { path: string; mode: string; content: string | Buffer }[] = []
  for (const [path, file] of Object.entries(files)) {
    if (file === null) changes.push({ path, mode: '0', oid: null })
    else if (typeof file === 'string' || Buffer.isBuffer(file)) {
      written.push({ path, mode: '100644', content: file })
    } else if ('submodule' in file) changes.push({ path, mode: '160000', oid: file.submodule })
    else written.push({ path, ...file })
  }
  const oids = writeBlobs(written.map(({ content }) => content))
  return [
    ...written.map(({ path, mode }, index) => ({ path, mode, oid: oids[index] ?? null })),
    ...changes,
  ]
}

import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openObjectReader, type GitObject, type ObjectReader } from './cat-file.ts'
import { gitRunner, outputOf, type RunGit } from './run.ts'

/** A file to write: text or bytes, with or without a mode; null deletes it. */
export type FileContent =
  | string
  | Buffer
  | null
  | { readonly content: string | Buffer; readonly mode: '100644' | '100755' | '120000' }

export type Files = Readonly<Record<string, FileContent>>

export type TreeEntry = {
  readonly mode: string
  readonly type: string
  readonly oid: string
  readonly size: number
  /** Path below the tree. */
  readonly name: string
}

/** A change to a tree; an `oid` of null removes the path. */
export type TreeChange = {
  readonly path: string
  readonly mode: string
  readonly oid: string | null
}

export type Commit = {
  readonly oid: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly authorName: string
  readonly authorEmail: string
  readonly committerName: string
  readonly committerEmail: string
  readonly date: string
  readonly message: string
}

export type Person = { readonly name: string; readonly email: string }

const person: Person = { name: 'A Person', email: 'person@example.com' }

/** The object id that means "no such ref" in a compare-and-swap. */
export const zeroOid = '0'.repeat(40)

/** One bare repository, only read and written with the git binary. */
export class GitStore {
  readonly gitDir: string
  readonly run: RunGit
  #reader: ObjectReader | undefined

  constructor(gitDir: string) {
    this.gitDir = gitDir
    this.run = gitRunner(gitDir)
  }

  resolve(revision: string): string | undefined {
    return outputOf(() =>
      this.run(['rev-parse', '--verify', '--quiet', '--end-of-options', revision]),
    )
  }

  branch(name: string): string | undefined {
    return this.resolve(`refs/heads/${name}`)
  }

  typeOf(oid: string): string | undefined {
    return outputOf(() => this.run(['cat-file', '-t', oid]))
  }

  list(tree: string, recursive = false): TreeEntry[] {
    return this.run(['ls-tree', '-l', '-z', ...(recursive ? ['-r', '-t'] : []), tree])
      .split('\0')
      .filter((row) => row !== '')
      .map((row) => {
        const [, mode = '', type = '', oid = '', size = '', name = ''] =
          /^(\d+) (\w+) (\w+) +(\S+)\t([^]*)$/.exec(row) ?? []
        return { mode, type, oid, size: Number(size) || 0, name }
      })
  }

  readObject(oid: string): Promise<GitObject | undefined> {
    this.#reader ??= openObjectReader(this.gitDir)
    return this.#reader.read(oid)
  }

  /** Writes all blobs with a single git process. */
  writeBlobs(contents: readonly (string | Buffer)[]): string[] {
    if (contents.length === 0) return []
    const directory = join(this.gitDir, `blobs-${randomUUID()}`)
    mkdirSync(directory)
    try {
      const paths = contents.map((content, index) => {
        const path = join(directory, String(index))
        writeFileSync(path, content)
        return `${path}\n`
      })
      const args = ['hash-object', '-w', '--no-filters', '--stdin-paths']
      return this.run(args, { input: paths.join('') })
        .trim()
        .split('\n')
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }

  writeTree(base: string | undefined, changes: readonly TreeChange[]): string {
    const index = join(this.gitDir, `index-${randomUUID()}`)
    const env = { GIT_INDEX_FILE: index }
    try {
      if (base !== undefined) this.run(['read-tree', base], { env })
      const rows = changes.map(({ path, mode, oid }) =>
        oid === null ? `0 ${zeroOid}\t${path}\0` : `${mode} ${oid}\t${path}\0`,
      )
      if (rows.length > 0) {
        this.run(['update-index', '-z', '--index-info'], { input: rows.join(''), env })
      }
      return this.run(['write-tree'], { env }).trim()
    } finally {
      rmSync(index, { force: true })
    }
  }

  writeCommit(
    tree: string,
    parents: readonly string[],
    message: string,
    author: Person = person,
  ): string {
    const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])]
    return this.run(args, {
      input: message,
      env: {
        GIT_AUTHOR_NAME: author.name,
        GIT_AUTHOR_EMAIL: author.email,
        GIT_COMMITTER_NAME: author.name,
        GIT_COMMITTER_EMAIL: author.email,
      },
    }).trim()
  }

  commit(oid: string): Commit {
    const format = '--format=%H%n%T%n%P%n%an%n%ae%n%cn%n%ce%n%cI%n%B'
    const [hash, tree, parents, ...rest] = this.run(['log', '-1', format, oid]).split('\n')
    const [authorName, authorEmail, committerName, committerEmail, date, ...message] = rest
    return {
      oid: hash ?? '',
      tree: tree ?? '',
      parents: (parents ?? '').split(' ').filter((parent) => parent !== ''),
      authorName: authorName ?? '',
      authorEmail: authorEmail ?? '',
      committerName: committerName ?? '',
      committerEmail: committerEmail ?? '',
      date: date ?? '',
      message: message.join('\n').trimEnd(),
    }
  }

  isAncestor(ancestor: string, descendant: string): boolean {
    const args = ['merge-base', '--is-ancestor', ancestor, descendant]
    return outputOf(() => this.run(args)) !== undefined
  }

  /** Compare-and-swap: false if the ref is no longer at `from`. `zeroOid` creates and deletes. */
  updateRef(name: string, to: string, from: string): boolean {
    const args = to === zeroOid ? ['-d', name, from] : [name, to, from]
    return outputOf(() => this.run(['update-ref', ...args])) !== undefined
  }

  /** Adds a commit to a branch, like a person's push. */
  push(branch: string, files: Files, message: string, author: Person = person): string {
    const head = this.branch(branch)
    const tree = this.writeTree(head, this.#changesTo(files))
    const oid = this.writeCommit(tree, head === undefined ? [] : [head], message, author)
    if (!this.updateRef(`refs/heads/${branch}`, oid, head ?? zeroOid)) {
      throw new Error(`branch ${branch} moved during the push`)
    }
    return oid
  }

  close(): void {
    this.#reader?.close()
  }

  #changesTo(files: Files): TreeChange[] {
    const written = Object.entries(files).flatMap(([path, file]) => {
      if (file === null) return []
      const plain = typeof file === 'string' || Buffer.isBuffer(file)
      return [{ path, ...(plain ? { content: file, mode: '100644' } : file) }]
    })
    const oids = this.writeBlobs(written.map(({ content }) => content))
    return [
      ...written.map(({ path, mode }, index) => ({ path, mode, oid: oids[index] ?? null })),
      ...Object.keys(files)
        .filter((path) => files[path] === null)
        .map((path) => ({ path, mode: '0', oid: null })),
    ]
  }
}

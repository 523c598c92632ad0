import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openObjectReader, type ObjectReader } from './cat-file.ts'
import {
  formatCommit,
  parseCommit,
  type Commit,
  type NewCommit,
  type Person,
} from './commit-object.ts'
import type { ExecuteGit } from './execute.ts'
import { changesTo, type Files, type TreeChange } from './files.ts'
import { isOid, readLooseObject, readLooseRef, type GitObject } from './loose.ts'
import { Memo } from './memo.ts'
import { complaintOf, gitRunner, outputOf, type RunGit } from './run.ts'

export type { FileContent, Files } from './files.ts'
export type { Commit, Person } from './commit-object.ts'

export type TreeEntry = {
  readonly mode: string
  readonly type: string
  readonly oid: string
  readonly size: number
  /** Path below the tree. */
  readonly name: string
}

/** Who pushes, unless a test says otherwise. */
export const person: Person = { name: 'A Person', email: 'person@example.com' }

/** The object id that means "no such ref" in a compare-and-swap. */
export const zeroOid = '0'.repeat(40)

/** The tree without entries, which git knows without storing it. */
export const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

/**
 * One bare repository, which the git binary writes. What it says about commits by their ids is
 * remembered, because it cannot change.
 */
export class GitStore {
  readonly gitDir: string
  readonly run: RunGit
  /** Called after a branch moved. */
  onUpdate: (branch: string, isNew: boolean) => void = () => undefined
  readonly #memo: Memo
  #reader: ObjectReader | undefined

  constructor(gitDir: string, execute?: ExecuteGit) {
    this.gitDir = gitDir
    this.run = gitRunner(gitDir, execute)
    this.#memo = new Memo(this.run)
  }

  resolve(revision: string): string | undefined {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', revision]
    return outputOf(() => this.#memo.run(args, [revision.slice(0, 40)]))
  }

  branch(name: string): string | undefined {
    return readLooseRef(this.gitDir, `refs/heads/${name}`) ?? this.resolve(`refs/heads/${name}`)
  }

  typeOf(oid: string): string | undefined {
    return (
      readLooseObject(this.gitDir, oid)?.type ?? outputOf(() => this.run(['cat-file', '-t', oid]))
    )
  }

  list(tree: string, recursive = false): TreeEntry[] {
    const args = ['ls-tree', '-l', '-z', ...(recursive ? ['-r', '-t'] : []), tree]
    return this.#memo
      .run(args, [tree])
      .split('\0')
      .filter((row) => row !== '')
      .map((row) => {
        const [, mode = '', type = '', oid = '', size = '', name = ''] =
          /^(\d+) (\w+) (\w+) +(\S+)\t([^]*)$/.exec(row) ?? []
        return { mode, type, oid, size: Number(size) || 0, name }
      })
  }

  async readObject(oid: string): Promise<GitObject | undefined> {
    const loose = readLooseObject(this.gitDir, oid)
    if (loose !== undefined) return loose
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

  /** Its committer is its author, and it is not signed. */
  writeCommit(
    tree: string,
    parents: readonly string[],
    message: string,
    author: Person = person,
  ): string {
    return this.createCommit({ tree, parents, message, author })
  }

  createCommit(commit: NewCommit): string {
    const args = ['hash-object', '-t', 'commit', '-w', '--stdin']
    return this.run(args, { input: formatCommit(commit) }).trim()
  }

  commit(revision: string): Commit {
    const loose = isOid(revision) ? readLooseObject(this.gitDir, revision) : undefined
    if (loose?.type === 'commit') return parseCommit(revision, loose.content.toString())
    const output = this.run(['cat-file', '--batch'], { input: `${revision}^{commit}\n` })
    const [, oid, raw] = /^(\w{40}) commit \d+\n([^]*)\n$/.exec(output) ?? []
    if (oid === undefined || raw === undefined) throw new Error(`${revision} is not a commit`)
    return parseCommit(oid, raw)
  }

  /** Commits before and with `oid`, as `git log` lists them; with a path, only those that touch it. */
  history(oid: string, path?: string | null): string[] {
    const filter = path == null || path === '' ? [] : ['--', path]
    return this.#memo
      .run(['--literal-pathspecs', 'rev-list', oid, ...filter], [oid])
      .split('\n')
      .filter((line) => line !== '')
  }

  mergeBase(one: string, other: string): string | undefined {
    return outputOf(() => this.#memo.run(['merge-base', one, other], [one, other]))
  }

  /** Commits that are on `to` but not on `from`, oldest first. */
  commitsBetween(from: string, to: string): string[] {
    const args = ['rev-list', '--reverse', '--topo-order', `${from}..${to}`]
    return this.#memo
      .run(args, [from, to])
      .split('\n')
      .filter((oid) => oid !== '')
  }

  isAncestor(ancestor: string, descendant: string): boolean {
    const args = ['merge-base', '--is-ancestor', ancestor, descendant]
    return outputOf(() => this.#memo.run(args, [ancestor, descendant])) !== undefined
  }

  /** Compare-and-swap: false if the ref is no longer at `from`. `zeroOid` creates and deletes. */
  updateRef(name: string, to: string, from: string): boolean {
    return this.updateRefs([{ name, to, from }]) === undefined
  }

  /** Moves all refs, each from one commit to another, or none; returns git's complaint if it refuses. */
  updateRefs(
    updates: readonly { readonly name: string; readonly to: string; readonly from: string }[],
  ): string | undefined {
    const commands = updates.map(({ name, to, from }) =>
      to === zeroOid ? `delete ${name} ${from}\n` : `update ${name} ${to} ${from}\n`,
    )
    const complaint = complaintOf(() =>
      this.run(['update-ref', '--stdin'], { input: commands.join('') }),
    )
    if (complaint !== undefined) return complaint
    for (const { name, from } of updates) {
      this.onUpdate(name.replace('refs/heads/', ''), from === zeroOid)
    }
    return undefined
  }

  /** Adds a commit to a branch, like a person's push. */
  push(branch: string, files: Files, message: string, author: Person = person): string {
    const head = this.branch(branch)
    const tree = this.writeTree(
      head,
      changesTo(files, (contents) => this.writeBlobs(contents)),
    )
    const oid = this.writeCommit(tree, head === undefined ? [] : [head], message, author)
    if (!this.updateRef(`refs/heads/${branch}`, oid, head ?? zeroOid)) {
      throw new Error(`branch ${branch} moved during the push`)
    }
    return oid
  }

  close(): void {
    this.#reader?.close()
  }
}

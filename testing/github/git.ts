import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'

/** A file to write: text, bytes, either with a mode, or null to delete it. */
export type FileContent =
  | string
  | Buffer
  | null
  | { readonly content: string | Buffer; readonly mode: '100644' | '100755' | '120000' }

export type Files = Readonly<Record<string, FileContent>>

export type TreeRow = {
  readonly mode: string
  readonly type: 'blob' | 'tree' | 'commit'
  readonly oid: string
  readonly size: number
  readonly name: string
}

export type CommitFacts = {
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

export const nowhere = '0'.repeat(40)

/** Type and bytes of an object. */
export type GitObject = { readonly type: string; readonly content: Buffer }

export type Git = ReturnType<typeof openGit>

/** One bare repository, by the git binary alone. */
export const openGit = (gitDir: string) => {
  const run = (
    args: readonly string[],
    input?: string | Buffer,
    env: NodeJS.ProcessEnv = {},
  ): string =>
    execFileSync('git', [...args], {
      cwd: gitDir,
      env: { PATH: process.env.PATH, HOME: gitDir, GIT_DIR: gitDir, ...env },
      maxBuffer: 1 << 30,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input === undefined ? {} : { input }),
    }).toString()

  const parse = (rev: string): string | undefined => {
    try {
      return run(['rev-parse', '--verify', '--quiet', '--end-of-options', rev]).trim()
    } catch {
      return undefined
    }
  }

  const ref = (branch: string): string | undefined => parse(`refs/heads/${branch}`)

  const type = (oid: string): string | undefined => {
    try {
      return run(['cat-file', '-t', oid]).trim()
    } catch {
      return undefined
    }
  }

  const list = (tree: string, recursive = false): TreeRow[] =>
    run(['ls-tree', '-l', '-z', ...(recursive ? ['-r', '-t'] : []), tree])
      .split('\0')
      .filter((row) => row !== '')
      .map((row) => {
        const [, mode = '', kind = '', oid = '', size = '', name = ''] =
          /^(\d+) (\w+) (\w+) +(\S+)\t([^]*)$/.exec(row) ?? []
        return { mode, type: kind as TreeRow['type'], oid, size: Number(size) || 0, name }
      })

  const writeBlob = (content: string | Buffer): string =>
    run(['hash-object', '-w', '--stdin'], content).trim()

  /** `entries`: null oid removes the path. */
  const writeTree = (
    base: string | undefined,
    entries: readonly { path: string; mode: string; oid: string | null }[],
  ): string => {
    const index = join(gitDir, `index-${randomUUID()}`)
    const env = { GIT_INDEX_FILE: index }
    try {
      if (base !== undefined) run(['read-tree', base], undefined, env)
      const lines = entries.map(({ path, mode, oid }) =>
        oid === null ? `0 ${nowhere}\t${path}` : `${mode} ${oid}\t${path}`,
      )
      if (lines.length > 0) {
        run(['update-index', '-z', '--index-info'], `${lines.join('\0')}\0`, env)
      }
      return run(['write-tree'], undefined, env).trim()
    } finally {
      rmSync(index, { force: true })
    }
  }

  const writeCommit = (
    tree: string,
    parents: readonly string[],
    message: string,
    author: Person = person,
  ): string =>
    run(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], message, {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_COMMITTER_NAME: author.name,
      GIT_COMMITTER_EMAIL: author.email,
    }).trim()

  /** Compare-and-swap; false when the ref is no longer at `from`. Zeros create and delete. */
  const updateRef = (name: string, to: string, from: string): boolean => {
    try {
      if (to === nowhere) run(['update-ref', '-d', name, from])
      else run(['update-ref', name, to, from])
      return true
    } catch {
      return false
    }
  }

  const commit = (oid: string): CommitFacts => {
    const text = run(['log', '-1', '--format=%H%n%T%n%P%n%an%n%ae%n%cn%n%ce%n%cI%n%B', oid])
    const [
      hash = '',
      tree = '',
      parents = '',
      an = '',
      ae = '',
      cn = '',
      ce = '',
      date = '',
      ...body
    ] = text.split('\n')
    return {
      oid: hash,
      tree,
      parents: parents.split(' ').filter((parent) => parent !== ''),
      authorName: an,
      authorEmail: ae,
      committerName: cn,
      committerEmail: ce,
      date,
      message: body.join('\n').trimEnd(),
    }
  }

  const isAncestor = (ancestor: string, of: string): boolean => {
    try {
      run(['merge-base', '--is-ancestor', ancestor, of])
      return true
    } catch {
      return false
    }
  }

  /** A person's commit, straight with git. */
  const push = (branch: string, files: Files, message: string, author: Person = person): string => {
    const head = ref(branch)
    const tree = writeTree(
      head,
      Object.entries(files).map(([path, file]) => {
        if (file === null) return { path, mode: '0', oid: null }
        const plain = typeof file === 'string' || Buffer.isBuffer(file)
        return plain
          ? { path, mode: '100644', oid: writeBlob(file) }
          : { path, mode: file.mode, oid: writeBlob(file.content) }
      }),
    )
    const oid = writeCommit(tree, head === undefined ? [] : [head], message, author)
    if (!updateRef(`refs/heads/${branch}`, oid, head ?? nowhere)) throw new Error(`${branch} moved`)
    return oid
  }

  let batch: ReturnType<typeof openBatch> | undefined

  return {
    gitDir,
    run,
    parse,
    ref,
    type,
    list,
    writeBlob,
    writeTree,
    writeCommit,
    updateRef,
    commit,
    isAncestor,
    push,
    readObject: (oid: string): Promise<GitObject | undefined> =>
      (batch ??= openBatch(gitDir)).read(oid),
    close: (): void => batch?.close(),
  }
}

/** `git cat-file --batch`, one process for all blobs of a repository. */
const openBatch = (gitDir: string) => {
  const child: ChildProcessWithoutNullStreams = spawn('git', ['cat-file', '--batch'], {
    env: { PATH: process.env.PATH, GIT_DIR: gitDir },
  })
  const waiting: ((object: GitObject | undefined) => void)[] = []
  let buffer = Buffer.alloc(0)
  const take = (): boolean => {
    const end = buffer.indexOf('\n')
    if (end < 0) return false
    const [, type = '', size] = buffer.subarray(0, end).toString().split(' ')
    if (type === 'missing') {
      buffer = buffer.subarray(end + 1)
      waiting.shift()?.(undefined)
      return true
    }
    const length = Number(size)
    if (buffer.length < end + 2 + length) return false
    const content = Buffer.from(buffer.subarray(end + 1, end + 1 + length))
    buffer = buffer.subarray(end + 2 + length)
    waiting.shift()?.({ type, content })
    return true
  }
  child.stdout.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk])
    while (take());
  })
  return {
    read: (oid: string) =>
      new Promise<GitObject | undefined>((resolve) => {
        waiting.push(resolve)
        child.stdin.write(`${oid}\n`)
      }),
    close: () => {
      child.stdin.end()
      child.kill()
    },
  }
}

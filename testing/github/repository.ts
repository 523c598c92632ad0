import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { followBranches } from './follow-branches.ts'
import type { ExecuteGit } from './git/execute.ts'
import { gitRunner } from './git/run.ts'
import { GitStore, type Files, type Person } from './git/store.ts'
import type { PullRequest } from './pull-request.ts'
import { defaultSettings, type Settings } from './settings.ts'

export type { PullRequest } from './pull-request.ts'
export type { Settings } from './settings.ts'

/** One repository, with what tests need to inspect and change it. */
export type Repository = {
  readonly owner: string
  readonly name: string
  readonly fullName: string
  readonly url: string
  /** GraphQL's node id. */
  readonly id: string
  /** REST's id. */
  readonly numericId: number
  readonly defaultBranch: string
  readonly store: GitStore
  readonly settings: Settings
  readonly pullRequests: PullRequest[]
  /** Branches that GitHub does not accept as heads yet, with the number of calls until it does. */
  readonly freshBranches: Map<string, number>
  /** Runs git and returns what it prints, trimmed. */
  readonly git: (...args: string[]) => string
  /** Commit at the head of a branch; empty if the branch does not exist. */
  readonly head: (branch?: string) => string
  /** Number of commits on a branch. */
  readonly commitCount: (branch?: string) => number
  /** The message of the newest commit on a branch. */
  readonly lastMessage: (branch?: string) => string
  /** Paths of all files below `directory`. */
  readonly paths: (branch?: string, directory?: string) => string[]
  readonly read: (path: string, branch?: string) => string
  readonly push: (branch: string, files: Files, message?: string, author?: Person) => string
  /** Throws if git finds a problem. */
  readonly fsck: () => void
}

const webUrl = 'https://github.example.com'

/** Creates a bare repository below `root`. */
export function createRepository(
  root: string,
  fullName: string,
  defaultBranch: string,
  files: Files,
  execute: ExecuteGit,
): Repository {
  const [owner = '', name = ''] = fullName.split('/')
  const gitDir = join(root, `${owner}--${name}.git`)
  const options = ['--quiet', '--bare', '--template=', `--initial-branch=${defaultBranch}`]
  gitRunner(root, execute)(['init', ...options, gitDir], { env: { GIT_DIR: undefined } })
  const store = new GitStore(gitDir, execute)
  if (Object.keys(files).length > 0) store.push(defaultBranch, files, 'First commit')
  const repository: Repository = {
    owner,
    name,
    fullName,
    url: `${webUrl}/${fullName}`,
    id: `R_${Buffer.from(fullName).toString('base64url')}`,
    numericId: createHash('sha1').update(fullName).digest().readUInt32BE(),
    defaultBranch,
    store,
    settings: defaultSettings(),
    pullRequests: [],
    freshBranches: new Map(),
    ...gitMethods(store, defaultBranch),
  }
  store.onUpdate = (branch, isNew) => {
    if (isNew) repository.freshBranches.set(branch, repository.settings.lag.heads)
    followBranches(repository)
  }
  return repository
}

function gitMethods(store: GitStore, defaultBranch: string) {
  const git = (...args: string[]): string => store.run(args).trim()
  return {
    git,
    head: (branch = defaultBranch) => store.branch(branch) ?? '',
    commitCount: (branch = defaultBranch) => Number(git('rev-list', '--count', branch)),
    lastMessage: (branch = defaultBranch) => git('log', '-1', '--format=%B', branch),
    paths: (branch = defaultBranch, directory = '') =>
      store
        .list(`refs/heads/${branch}`, true)
        .filter(({ type }) => type === 'blob')
        .map(({ name }) => name)
        .filter((path) => directory === '' || path.startsWith(`${directory}/`)),
    // Not trimmed: tests compare files byte by byte.
    read: (path: string, branch = defaultBranch) =>
      store.run(['cat-file', 'blob', `refs/heads/${branch}:${path}`]),
    push: (branch: string, files: Files, message = 'By hand', author?: Person) =>
      store.push(branch, files, message, author),
    fsck: () => void git('fsck', '--strict', '--no-dangling'),
  }
}

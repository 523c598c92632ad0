import { join } from 'node:path'
import { openGit, type Files, type Git, type Person } from './git.ts'

export type PullRequest = {
  number: number
  title: string
  body: string
  state: 'open' | 'closed'
  mergedAt: string | null
  head: string
  headSha: string
  base: string
  labels: string[]
  createdAt: string
}

/** What a repository's settings forbid. */
export type Settings = {
  /** By branch: old branch protection, or a ruleset that wants pull requests. */
  protectedBranches: Record<string, 'protection' | 'ruleset'>
  /** Push protection: contents that count as a secret. */
  secrets: RegExp | undefined
  actionsMayCreatePullRequests: boolean
  archived: boolean
}

/** One repository, as tests see it; `git` is the judge. */
export type Repository = {
  readonly name: string
  readonly owner: string
  readonly defaultBranch: string
  readonly store: Git
  readonly settings: Settings
  readonly pullRequests: PullRequest[]
  readonly git: (...args: string[]) => string
  readonly head: (branch?: string) => string
  /** Contents by path of all files below `directory`. */
  readonly files: (branch?: string, directory?: string) => Record<string, string>
  readonly read: (path: string, branch?: string) => string
  readonly push: (branch: string, files: Files, message?: string, author?: Person) => string
  /** Throws when git finds anything wrong. */
  readonly fsck: () => void
}

export const openRepository = (
  root: string,
  fullName: string,
  defaultBranch: string,
  files: Files,
): Repository => {
  const [owner = '', name = ''] = fullName.split('/')
  const gitDir = join(root, `${owner}--${name}.git`)
  openGit(root).run(
    ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, gitDir],
    undefined,
    {
      GIT_DIR: undefined,
    },
  )
  const store = openGit(gitDir)
  const git = (...args: string[]): string => store.run(args)
  const read = (path: string, branch = defaultBranch): string =>
    git('cat-file', 'blob', `refs/heads/${branch}:${path}`)
  if (Object.keys(files).length > 0) store.push(defaultBranch, files, 'First commit')
  return {
    name,
    owner,
    defaultBranch,
    store,
    settings: {
      protectedBranches: {},
      secrets: undefined,
      actionsMayCreatePullRequests: true,
      archived: false,
    },
    pullRequests: [],
    git,
    head: (branch = defaultBranch) => store.ref(branch) ?? '',
    files: (branch = defaultBranch, directory = '') =>
      Object.fromEntries(
        store
          .list(`refs/heads/${branch}`, true)
          .filter((row) => row.type === 'blob')
          .filter(({ name: path }) => directory === '' || path.startsWith(`${directory}/`))
          .map(({ name: path }) => [path, read(path, branch)]),
      ),
    read,
    push: (branch, changes, message = 'By hand', author) =>
      author === undefined
        ? store.push(branch, changes, message)
        : store.push(branch, changes, message, author),
    fsck: () => void git('fsck', '--strict', '--no-dangling'),
  }
}

import { changesTo } from './git/files.ts'
import { mergedTree } from './git/merge.ts'
import { person, type Files } from './git/store.ts'
import { newPullRequest, type PullRequest } from './pull-request.ts'
import { findPullRequest, reopenPullRequest } from './pull-requests.ts'
import type { Repository } from './repository.ts'

/** What people do to branches and pull requests, with git and on GitHub's website. */

/** `git commit --amend` and a force-push: the author stays, and so does the message unless it is reworded. */
export function amend(
  repository: Repository,
  branch: string,
  files: Files,
  reword: (message: string) => string = (message) => message,
): string {
  const { store } = repository
  const { oid, parents, message, author } = store.commit(`refs/heads/${branch}`)
  const changes = changesTo(files, (contents) => store.writeBlobs(contents))
  const tree = store.writeTree(oid, changes)
  const amended = store.createCommit({
    ...{ tree, parents, author, committer: person },
    message: reword(message),
  })
  forcePush(repository, branch, amended)
  return amended
}

/** Moves a branch to any commit, like `git push --force`. */
export function forcePush({ store }: Repository, branch: string, oid: string): void {
  const current = store.branch(branch)
  if (current === undefined) throw new Error(`there is no branch ${branch}`)
  if (!store.updateRef(`refs/heads/${branch}`, oid, current)) throw new Error('the branch moved')
}

/** `git merge` of a branch in a clone, which is pushed then. */
export function mergeByHand({ store }: Repository, into: string, from: string): void {
  const [base, head] = [store.branch(into), store.branch(from)]
  if (base === undefined || head === undefined) throw new Error('a branch is missing')
  const tree = mergedTree(store, base, head)
  const message = `Merge branch '${from}'`
  const oid = store.createCommit({ tree, parents: [base, head], author: person, message })
  store.updateRef(`refs/heads/${into}`, oid, base)
}

export function closePullRequest(repository: Repository, number: number): void {
  const now = new Date().toISOString()
  editPullRequest(repository, number, { state: 'closed', closedAt: now })
}

/** Throws GitHub's reason if the pull request cannot be reopened. */
export function reopenByHand(repository: Repository, number: number): void {
  reopenPullRequest(repository, requirePullRequest(repository, number))
}

export function editPullRequest(
  repository: Repository,
  number: number,
  change: Partial<PullRequest>,
): void {
  const updatedAt = new Date().toISOString()
  Object.assign(requirePullRequest(repository, number), { updatedAt, ...change })
}

/** Opens a pull request from a branch of the repository. */
export function openByHand(
  repository: Repository,
  head: string,
  { base = repository.defaultBranch, title = 'By hand', body = '' } = {},
): PullRequest {
  const { pullRequests } = repository
  const [headOwner = ''] = repository.fullName.split('/')
  const pull = newPullRequest({
    ...{ number: pullRequests.length + 1, title, body, author: 'A Person' },
    ...{ head, headSha: repository.head(head), headOwner },
    ...{ base, baseSha: repository.head(base) },
  })
  pullRequests.push(pull)
  return pull
}

export type ForkOptions = {
  readonly head: string
  readonly owner?: string
  readonly base?: string
  readonly title?: string
  readonly body?: string
  readonly files?: Files
  /** The fork was deleted since. */
  readonly deleted?: boolean
}

/** Opens a pull request from a fork, whose branch may have the name of one of the repository's. */
export function openFromFork(repository: Repository, options: ForkOptions): PullRequest {
  const { head, owner = 'stranger', base = repository.defaultBranch, deleted = false } = options
  const { title = 'From a fork', body = '', files = { 'fork.txt': owner } } = options
  const { store, pullRequests } = repository
  const baseSha = repository.head(base)
  const tree = store.writeTree(
    baseSha,
    changesTo(files, (contents) => store.writeBlobs(contents)),
  )
  const author = { name: owner, email: `${owner}@example.com` }
  const headSha = store.createCommit({ tree, parents: [baseSha], message: title, author })
  const number = pullRequests.length + 1
  // Forks share the repository's objects, and this ref shows them to it.
  repository.git('update-ref', `refs/pull/${number}/head`, headSha)
  const pull = newPullRequest({
    ...{ number, title, body, head, headSha, base, baseSha },
    author: owner,
    headOwner: owner,
  })
  pull.headRepositoryExists = !deleted
  pullRequests.push(pull)
  return pull
}

function requirePullRequest(repository: Repository, number: number): PullRequest {
  const pull = findPullRequest(repository, number)
  if (pull === undefined) throw new Error(`there is no pull request #${number}`)
  return pull
}

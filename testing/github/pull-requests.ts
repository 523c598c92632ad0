import { commitAsGitHub } from './api-commit.ts'
import { followBranches, markMerged } from './follow-branches.ts'
import { mergedTree, replay } from './git/merge.ts'
import { person, zeroOid } from './git/store.ts'
import type { PullRequest } from './pull-request.ts'
import type { Repository } from './repository.ts'

/** Pull requests as both of GitHub's APIs and its website treat them. */

export function findPullRequest(repository: Repository, number: number): PullRequest | undefined {
  followBranches(repository)
  return repository.pullRequests.find((pull) => pull.number === number)
}

/** The id in GraphQL, and `node_id` in REST. */
export function nodeId({ numericId }: Repository, { number }: PullRequest): string {
  return `PR_kwDO${Buffer.from(`${numericId}/${number}`).toString('base64url')}`
}

/** Commits of a pull request, oldest first. */
export function commitsOf({ store }: Repository, pull: PullRequest): string[] {
  return store.commitsBetween(pull.baseSha, pull.headSha)
}

/**
 * "The merged Pull Request that introduced the commit to the repository. If the commit is not present in
 * the default branch, additionally returns open Pull Requests associated with the commit" (GitHub's
 * schema); the oldest first. A squash or rebase introduces commits that the pull request does not list.
 */
export function pullRequestsOf(repository: Repository, commit: string): PullRequest[] {
  const { store, pullRequests, defaultBranch } = repository
  // A query for a hundred commits would start git hundreds of times.
  if (pullRequests.length === 0) return []
  followBranches(repository)
  const base = store.branch(defaultBranch)
  const isLanded = base !== undefined && store.isAncestor(commit, base)
  return pullRequests
    .filter((pull) => pull.mergedAt !== null || (pull.state === 'open' && !isLanded))
    .filter(
      (pull) => pull.landedCommits.includes(commit) || commitsOf(repository, pull).includes(commit),
    )
}

/**
 * Why a closed pull request cannot be reopened; undefined if it can. Sources of the wordings: deleted
 * branch: github.com/pytorch/pytorch/pull/114423; force-push: github.com/cilium/cilium/pull/47088; the
 * others follow their pattern.
 */
export function reasonAgainstReopening(
  { store, owner, pullRequests }: Repository,
  pull: PullRequest,
): string | undefined {
  const reason = (text: string): string => `state cannot be changed. ${text}`
  const base = store.branch(pull.base)
  const head = pull.headOwner === owner ? store.branch(pull.head) : pull.headSha
  if (pull.mergedAt !== null) return reason('The pull request cannot be reopened.')
  if (base === undefined) return reason(`The ${pull.base} branch has been deleted.`)
  if (!pull.headRepositoryExists) {
    return reason('The repository that submitted this pull request has been deleted.')
  }
  if (head === undefined) return reason(`The ${pull.head} branch has been deleted.`)
  if (store.isAncestor(head, base)) {
    return reason(`There are no new commits on the ${pull.head} branch.`)
  }
  // "isn't a descendant of the stored head sha": github.com/isaacs/github/issues/361.
  if (pull.sealed !== undefined || !store.isAncestor(pull.headSha, head)) {
    return reason(`The ${pull.head} branch was force-pushed or recreated.`)
  }
  const isRival = (other: PullRequest): boolean =>
    other.state === 'open' && other.head === pull.head && other.base === pull.base
  if (pullRequests.some(isRival)) {
    return reason(`There is already an open pull request from ${pull.head} to ${pull.base}.`)
  }
  return undefined
}

export function reopenPullRequest(repository: Repository, pull: PullRequest): void {
  const reason = reasonAgainstReopening(repository, pull)
  if (reason !== undefined) throw new Error(reason)
  Object.assign(pull, { state: 'open', closedAt: null, updatedAt: new Date().toISOString() })
  followBranches(repository)
}

export type MergeMethod = 'merge' | 'squash' | 'rebase'

/** Merges a pull request, like the three kinds of the button "Merge pull request". */
export function mergePullRequest(
  repository: Repository,
  number: number,
  method: MergeMethod = 'merge',
): void {
  const { store, settings, owner } = repository
  const pull = findPullRequest(repository, number)
  const base = pull === undefined ? undefined : store.branch(pull.base)
  if (pull?.state !== 'open' || base === undefined) throw new Error(`#${number} can't be merged`)
  const oid = createMerge(repository, pull, base, method)
  if (!store.updateRef(`refs/heads/${pull.base}`, oid, base)) throw new Error('the base moved')
  markMerged(pull, oid, store.commitsBetween(base, oid))
  if (settings.deleteBranchOnMerge && pull.headOwner === owner) {
    store.updateRef(`refs/heads/${pull.head}`, zeroOid, pull.headSha)
  }
}

function createMerge(
  repository: Repository,
  pull: PullRequest,
  base: string,
  method: MergeMethod,
): string {
  const { store } = repository
  const commits = store.commitsBetween(base, pull.headSha)
  if (method === 'rebase') return replay(store, withoutMerges(repository, commits), base, person)
  const isMerge = method === 'merge'
  return commitAsGitHub(repository, {
    tree: mergedTree(store, base, pull.headSha),
    parents: isMerge ? [base, pull.headSha] : [base],
    author: person,
    message: isMerge
      ? `Merge pull request #${pull.number} from ${pull.headOwner}/${pull.head}\n\n${pull.title}`
      : squashMessage(repository, pull, commits),
  })
}

/** A rebase leaves merges out, as `git rebase` does. */
function withoutMerges({ store }: Repository, commits: readonly string[]): string[] {
  return commits.filter((oid) => store.commit(oid).parents.length < 2)
}

/** docs.github.com, "Default commit message" for squash merges. */
function squashMessage(
  { store }: Repository,
  { title, number }: PullRequest,
  commits: readonly string[],
): string {
  const messages = commits.map((oid) => store.commit(oid).message)
  const [only = '', ...others] = messages
  if (others.length > 0) {
    return `${title} (#${number})\n\n${messages.map((message) => `* ${message}`).join('\n\n')}`
  }
  const [headline = '', ...body] = only.split('\n')
  return [`${headline} (#${number})`, ...body].join('\n')
}

/** The button "Update branch", which brings the base's commits into the head branch. */
export function updateBranch(
  repository: Repository,
  number: number,
  method: 'merge' | 'rebase' = 'merge',
): string {
  const { store } = repository
  const pull = findPullRequest(repository, number)
  const base = pull === undefined ? undefined : store.branch(pull.base)
  if (pull?.state !== 'open' || base === undefined) throw new Error(`#${number} can't be updated`)
  const { headSha, head } = pull
  // GitHub offers the button, and its API does it, only while the base has other commits.
  if (store.isAncestor(base, headSha)) throw new Error(`#${number} is up to date`)
  const oid =
    method === 'rebase'
      ? replay(store, withoutMerges(repository, store.commitsBetween(base, headSha)), base, person)
      : commitAsGitHub(repository, {
          tree: mergedTree(store, headSha, base),
          parents: [headSha, base],
          author: person,
          message: `Merge branch '${pull.base}' into ${head}`,
        })
  if (!store.updateRef(`refs/heads/${head}`, oid, headSha)) throw new Error('the head moved')
  return oid
}

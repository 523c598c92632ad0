import type { GitStore } from './git/store.ts'
import type { PullRequest } from './pull-request.ts'

type Branches = {
  readonly owner: string
  readonly store: GitStore
  readonly pullRequests: readonly PullRequest[]
}

/** Does to the open pull requests what GitHub does after a branch moved. */
export function followBranches(repository: Branches): void {
  for (const pull of repository.pullRequests) {
    if (pull.state === 'open') followBranchesOf(pull, repository)
    else pull.closedAt ??= new Date().toISOString()
  }
}

function followBranchesOf(pull: PullRequest, { owner, store }: Branches): void {
  const base = store.branch(pull.base)
  const head = pull.headOwner === owner ? store.branch(pull.head) : pull.headSha
  if (base === undefined || head === undefined) {
    close(pull)
    return
  }
  if (head !== pull.headSha) {
    Object.assign(pull, { headSha: head, baseSha: base, updatedAt: new Date().toISOString() })
    if (store.isAncestor(head, base)) {
      // The timeline then says that the pull request was closed by the push.
      pull.sealed = 'no-commits'
      close(pull)
    }
  } else if (base !== pull.seenBase && store.isAncestor(head, base)) {
    // docs.github.com, "About pull request merges": indirect merges.
    markMerged(pull, base)
  }
  pull.seenBase = base
}

function close(pull: PullRequest): void {
  const now = new Date().toISOString()
  Object.assign(pull, { state: 'closed', closedAt: now, updatedAt: now })
}

export function markMerged(
  pull: PullRequest,
  commit: string,
  landedCommits: readonly string[] = [],
): void {
  close(pull)
  Object.assign(pull, { mergedAt: pull.closedAt, mergeCommit: commit, landedCommits })
}

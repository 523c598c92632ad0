import type { PullRequest, Repository } from './repository.ts'

/** Updates open pull requests after a branch moved, and closes those whose branch is gone. */
export function followHeadBranches(repository: Repository): void {
  for (const pull of repository.pullRequests.filter(({ state }) => state === 'open')) {
    const sha = repository.store.branch(pull.head)
    if (sha === undefined) pull.state = 'closed'
    else pull.headSha = sha
  }
}

export function findPullRequest(repository: Repository, number: number): PullRequest | undefined {
  followHeadBranches(repository)
  return repository.pullRequests.find((pull) => pull.number === number)
}

/** Merges a pull request, like the buttons "Merge" and "Squash and merge". */
export function mergePullRequest(
  repository: Repository,
  number: number,
  method: 'merge' | 'squash' = 'merge',
): void {
  const { store, git } = repository
  const pull = findPullRequest(repository, number)
  const base = pull === undefined ? undefined : store.branch(pull.base)
  if (pull?.state !== 'open' || base === undefined) throw new Error(`#${number} can't be merged`)
  if (git('merge-base', base, pull.headSha) !== base) {
    throw new Error('the stand-in merges only pull requests that are up to date with their base')
  }
  const parents = method === 'merge' ? [base, pull.headSha] : [base]
  const { tree } = store.commit(pull.headSha)
  const oid = store.writeCommit(tree, parents, `${pull.title} (#${number})`)
  store.updateRef(`refs/heads/${pull.base}`, oid, base)
  pull.state = 'closed'
  pull.mergedAt = new Date().toISOString()
}

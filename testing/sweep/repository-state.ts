import { zeroOid } from '../github/git/store.ts'
import type { PullRequest, Repository } from '../github/repository.ts'

/** Branches and pull requests of a repository at one moment. */
export type SavedState = {
  readonly branches: ReadonlyMap<string, string>
  readonly pullRequests: readonly PullRequest[]
}

export function saveState(repository: Repository): SavedState {
  return {
    branches: readBranches(repository),
    pullRequests: structuredClone(repository.pullRequests),
  }
}

export function restoreState(repository: Repository, state: SavedState): void {
  const current = readBranches(repository)
  const commands = [...new Set([...current.keys(), ...state.branches.keys()])].map((branch) => {
    const oid = state.branches.get(branch) ?? zeroOid
    return oid === zeroOid
      ? `delete refs/heads/${branch}\n`
      : `update refs/heads/${branch} ${oid}\n`
  })
  repository.store.run(['update-ref', '--stdin'], { input: commands.join('') })
  const pullRequests = structuredClone(state.pullRequests)
  repository.pullRequests.splice(0, repository.pullRequests.length, ...pullRequests)
}

function readBranches(repository: Repository): Map<string, string> {
  const format = '%(refname:lstrip=2) %(objectname)'
  const rows = repository.git('for-each-ref', `--format=${format}`, 'refs/heads').split('\n')
  return new Map(
    rows
      .filter((row) => row !== '')
      .map((row): [string, string] => {
        const [branch = '', oid = ''] = row.split(' ')
        return [branch, oid]
      }),
  )
}

/** What people see of a repository, without hashes of commits, which contain the time. */
export type VisibleState = {
  /** Trees and messages of all commits, by branch. */
  readonly branches: Readonly<Record<string, string>>
  readonly pullRequests: readonly Readonly<Record<string, unknown>>[]
}

export function visibleState(repository: Repository): VisibleState {
  const branches = [...readBranches(repository).keys()]
  return {
    branches: Object.fromEntries(
      branches.map((branch) => [
        branch,
        repository.git('log', '--format=%T %an%n%B', `refs/heads/${branch}`),
      ]),
    ),
    pullRequests: repository.pullRequests.map((pull) => ({
      number: pull.number,
      state: pull.state,
      title: pull.title,
      body: pull.body.replace(/\b[0-9a-f]{40}\b/g, 'SHA'),
      labels: pull.labels,
      reviewers: [...pull.reviewers, ...pull.teamReviewers],
      head: pull.head,
    })),
  }
}

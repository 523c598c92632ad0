import { followBranches } from '../follow-branches.ts'
import type { PullRequest } from '../pull-request.ts'
import { commitsOf, nodeId, pullRequestsOf } from '../pull-requests.ts'
import type { Repository } from '../repository.ts'
import type { Token } from '../tokens.ts'
import { connection, type PageArguments } from './connection.ts'
import { GraphqlError } from './error.ts'

/** Pull requests of GitHub's schema. */

type PullRequestArguments = PageArguments & {
  readonly states?: readonly string[]
  readonly headRefName?: string
  readonly baseRefName?: string
  readonly labels?: readonly string[]
  readonly orderBy?: { readonly field: string; readonly direction: 'ASC' | 'DESC' }
}

/** Resolves a commit; commits and pull requests contain each other. */
type ToCommit = (oid: string) => object

/** Unlike REST's list, this finds heads by their name alone, those of forks too. */
export function pullRequestConnection(
  repository: Repository,
  args: PullRequestArguments,
  toCommit: ToCommit,
): object {
  const { states, headRefName, baseRefName, labels, orderBy } = args
  followBranches(repository)
  const found = repository.pullRequests
    .filter((pull) => states?.includes(stateOf(pull)) ?? true)
    .filter((pull) => headRefName === undefined || pull.head === headRefName)
    .filter((pull) => baseRefName === undefined || pull.base === baseRefName)
    .filter((pull) => labels?.some((label) => pull.labels.includes(label)) ?? true)
  const key = (pull: PullRequest): string =>
    orderBy?.field === 'UPDATED_AT' ? pull.updatedAt : pull.createdAt
  const ascending = found.toSorted((a, b) => key(a).localeCompare(key(b)) || a.number - b.number)
  const ordered = orderBy?.direction === 'DESC' ? ascending.toReversed() : ascending
  return connection('pullRequests', ordered, args, (pull) =>
    pullRequestObject(repository, pull, toCommit),
  )
}

/** The pull requests of `Commit.associatedPullRequests`. */
export function associatedPullRequests(
  repository: Repository,
  commit: string,
  args: PageArguments,
  toCommit: ToCommit,
  token: Token,
): object {
  const found = pullRequestsOf(repository, commit)
  // Source: github.com/fpicalausa/remove-stale-branches/issues/49, one error for each node.
  if (found.length > 0 && token.pullRequests === 'none') {
    throw new GraphqlError('FORBIDDEN', 'Resource not accessible by integration')
  }
  return connection('associatedPullRequests', found, args, (pull) =>
    pullRequestObject(repository, pull, toCommit),
  )
}

export function pullRequestObject(
  repository: Repository,
  pull: PullRequest,
  toCommit: ToCommit,
): object {
  const isCrossRepository = pull.headOwner !== repository.owner
  const owner = { __typename: 'User', login: pull.headOwner }
  const nameWithOwner = `${pull.headOwner}/${repository.name}`
  return {
    __typename: 'PullRequest',
    id: nodeId(repository, pull),
    number: pull.number,
    url: `${repository.url}/pull/${pull.number}`,
    state: stateOf(pull),
    closed: pull.state === 'closed',
    merged: pull.mergedAt !== null,
    isDraft: pull.draft,
    title: pull.title,
    body: pull.body,
    createdAt: pull.createdAt,
    updatedAt: pull.updatedAt,
    closedAt: pull.closedAt,
    mergedAt: pull.mergedAt,
    mergeCommit: () => (pull.mergeCommit === null ? null : toCommit(pull.mergeCommit)),
    author: {
      __typename: pull.author.endsWith('[bot]') ? 'Bot' : 'User',
      login: pull.author.replace('[bot]', ''),
    },
    headRefName: pull.head,
    headRefOid: pull.headSha,
    baseRefName: pull.base,
    baseRefOid: pull.baseSha,
    isCrossRepository,
    headRepository: pull.headRepositoryExists
      ? { __typename: 'Repository', nameWithOwner, name: repository.name, owner }
      : null,
    headRepositoryOwner: owner,
    labels: (args: PageArguments) =>
      connection('labels', pull.labels, args, (name) => ({ __typename: 'Label', name })),
    assignees: (args: PageArguments) =>
      connection('assignees', pull.assignees, args, (login) => ({ __typename: 'User', login })),
    commits: (args: PageArguments) =>
      connection('commits', commitsOf(repository, pull), args, (oid) => ({
        __typename: 'PullRequestCommit',
        commit: () => toCommit(oid),
      })),
  }
}

function stateOf({ state, mergedAt }: PullRequest): string {
  if (mergedAt !== null) return 'MERGED'
  return state === 'open' ? 'OPEN' : 'CLOSED'
}

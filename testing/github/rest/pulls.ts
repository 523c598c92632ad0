import { ownerOf } from '../api-commit.ts'
import { followBranches } from '../follow-branches.ts'
import { newPullRequest, type PullRequest } from '../pull-request.ts'
import { commitsOf, findPullRequest, nodeId, reasonAgainstReopening } from '../pull-requests.ts'
import type { Repository } from '../repository.ts'
import type { RestCall } from './call.ts'
import { changedFiles } from './changed-files.ts'
import { commitBody } from './commit-body.ts'
import { paginate } from './pagination.ts'
import { labelBody, listedPullBody, pullBody } from './pull-body.ts'
import { errorResponse, notFound, ok, type RestResponse } from './response.ts'

export function listPulls(call: RestCall): RestResponse {
  const { repository, query } = call
  followBranches(repository)
  const state = query.get('state') ?? 'open'
  const head = query.get('head')
  const base = query.get('base')
  const found = repository.pullRequests
    .filter((pull) => state === 'all' || pull.state === state)
    // GitHub ignores a head without an owner, and finds forks by their owner.
    .filter((pull) => !head?.includes(':') || `${pull.headOwner}:${pull.head}` === head)
    .filter((pull) => base === null || pull.base === base)
  return paginate(call, sorted(found, query), (pull) => listedPullBody(repository, pull))
}

function sorted(pulls: readonly PullRequest[], query: URLSearchParams): PullRequest[] {
  const sort = query.get('sort') ?? 'created'
  const direction = query.get('direction') ?? (sort === 'created' ? 'desc' : 'asc')
  const key = (pull: PullRequest): string => (sort === 'updated' ? pull.updatedAt : pull.createdAt)
  const ascending = pulls.toSorted((a, b) => key(a).localeCompare(key(b)) || a.number - b.number)
  return direction === 'desc' ? ascending.toReversed() : ascending
}

export function getPull({ repository, params }: RestCall): RestResponse {
  const pull = findPullRequest(repository, Number(params.number))
  return pull === undefined ? notFound : ok(pullBody(repository, pull))
}

export function listPullCommits(call: RestCall): RestResponse {
  const { repository, params } = call
  const pull = findPullRequest(repository, Number(params.number))
  if (pull === undefined) return notFound
  // docs.github.com, "List commits on a pull request": at most 250.
  return paginate(call, commitsOf(repository, pull).slice(0, 250), (oid) =>
    commitBody(repository, repository.store.commit(oid)),
  )
}

export function listPullFiles(call: RestCall): RestResponse {
  const { repository, params } = call
  const pull = findPullRequest(repository, Number(params.number))
  if (pull === undefined) return notFound
  const mergeBase = repository.store.mergeBase(pull.baseSha, pull.headSha)
  return paginate(call, changedFiles(repository, mergeBase, pull.headSha), (file) => file)
}

type NewPull = { title: string; head: string; base: string; body?: string; draft?: boolean }

export function createPull({ repository, token, body }: RestCall): RestResponse {
  const { owner, pullRequests, settings } = repository
  const { title, base, body: text = '', draft = false, ...request } = body as NewPull
  const head = request.head.replace(new RegExp(`^${owner}:`), '')
  const isWorkflow = token.kind === undefined || token.kind === 'app'
  if (isWorkflow && !settings.actionsMayCreatePullRequests) {
    return errorResponse(403, 'GitHub Actions is not permitted to create or approve pull requests.')
  }
  followBranches(repository)
  const refusal = refuseBody(text) ?? refuseBranches(repository, head, base)
  if (refusal !== undefined) return refusal
  const pull = newPullRequest({
    ...{ title, body: text, draft, head, base },
    number: pullRequests.length + 1,
    author: ownerOf(token).name,
    headSha: repository.head(head),
    headOwner: owner,
    baseSha: repository.head(base),
    callsUntilIndexed: settings.lag.labels,
  })
  pullRequests.push(pull)
  return ok(pullBody(repository, pull), 201)
}

function refuseBranches(
  { store, owner, pullRequests, freshBranches }: Repository,
  head: string,
  base: string,
): RestResponse | undefined {
  const callsUntilKnown = freshBranches.get(head) ?? 0
  if (callsUntilKnown > 0) {
    freshBranches.set(head, callsUntilKnown - 1)
    return invalidField('head')
  }
  const headSha = store.branch(head)
  const baseSha = store.branch(base)
  if (headSha === undefined) return invalidField('head')
  if (baseSha === undefined) return invalidField('base')
  const isSame = (pull: PullRequest): boolean =>
    pull.state === 'open' && pull.headOwner === owner && pull.head === head && pull.base === base
  if (pullRequests.some(isSame)) {
    return invalidPull(`A pull request already exists for ${owner}:${head}.`)
  }
  if (store.isAncestor(headSha, baseSha)) {
    return invalidPull(`No commits between ${base} and ${head}`)
  }
  return store.mergeBase(headSha, baseSha) === undefined
    ? invalidPull(`The ${head} branch has no history in common with ${base}`)
    : undefined
}

export function updatePull({ repository, params, body }: RestCall): RestResponse {
  const pull = findPullRequest(repository, Number(params.number))
  if (pull === undefined) return notFound
  const change = body as Partial<Pick<PullRequest, 'title' | 'body' | 'state'>>
  const refusal = refuseBody(change.body ?? '')
  if (refusal !== undefined) return refusal
  if (change.state === 'open' && pull.state === 'closed') {
    const message = reasonAgainstReopening(repository, pull)
    if (message !== undefined) {
      // Source: github.com/pytorch/pytorch/pull/114423.
      const error = { resource: 'PullRequest', code: 'custom', field: 'state', message }
      return errorResponse(422, 'Validation Failed', [error])
    }
    pull.closedAt = null
  }
  Object.assign(pull, change, { updatedAt: new Date().toISOString() })
  followBranches(repository)
  return ok(pullBody(repository, pull))
}

export function listLabels(call: RestCall): RestResponse {
  const pull = findPullRequest(call.repository, Number(call.params.number))
  return pull === undefined ? notFound : paginate(call, pull.labels, labelBody)
}

export function addLabels({ repository, params, body }: RestCall): RestResponse {
  const pull = findPullRequest(repository, Number(params.number))
  if (pull === undefined) return notFound
  if (pull.callsUntilIndexed > 0) {
    pull.callsUntilIndexed -= 1
    // Source: github.com/peter-evans/create-pull-request/issues/4321.
    const message = `Could not resolve to a node with the global id of '${nodeId(repository, pull)}'.`
    const error = { resource: 'Label', code: 'unprocessable', field: 'data', message }
    return errorResponse(422, 'Validation Failed', [error])
  }
  const { labels } = body as { labels: string[] }
  pull.labels = [...new Set([...pull.labels, ...labels])]
  pull.updatedAt = new Date().toISOString()
  return ok(pull.labels.map(labelBody))
}

/** Source: github.com/peter-evans/create-pull-request/issues/1763. */
function invalidField(field: 'head' | 'base'): RestResponse {
  return errorResponse(422, 'Validation Failed', [
    { resource: 'PullRequest', field, code: 'invalid' },
  ])
}

/** Source: github.com/renovatebot/renovate/issues/2032. */
function refuseBody(text: string): RestResponse | undefined {
  if (text.length <= 65_536) return undefined
  const message = 'body is too long (maximum is 65536 characters)'
  return errorResponse(422, 'Validation Failed', [
    { resource: 'Issue', code: 'custom', field: 'body', message },
  ])
}

function invalidPull(message: string): RestResponse {
  return errorResponse(422, 'Validation Failed', [
    { resource: 'PullRequest', code: 'custom', message },
  ])
}

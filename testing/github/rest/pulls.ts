import { findPullRequest, followHeadBranches } from '../pull-requests.ts'
import type { PullRequest, Repository } from '../repository.ts'
import type { RestCall } from './call.ts'
import { errorResponse, notFound, ok, type RestResponse } from './response.ts'

/** Pull requests, which are kept in memory; their branches are in git. */

export function listPulls({ repository, query }: RestCall): RestResponse {
  followHeadBranches(repository)
  const state = query.get('state') ?? 'open'
  const head = query.get('head')
  const base = query.get('base')
  const found = repository.pullRequests
    .filter((pull) => state === 'all' || pull.state === state)
    .filter((pull) => head === null || `${repository.owner}:${pull.head}` === head)
    .filter((pull) => base === null || pull.base === base)
    .toSorted((a, b) => b.number - a.number)
    .slice(0, Number(query.get('per_page') ?? 30))
  return ok(found.map((pull) => pullBody(repository, pull)))
}

export function getPull({ repository, params }: RestCall): RestResponse {
  const pull = findPullRequest(repository, Number(params.number))
  return pull === undefined ? notFound : ok(pullBody(repository, pull))
}

export function createPull({ repository, body }: RestCall): RestResponse {
  const { store, owner, pullRequests, settings } = repository
  const request = body as Pick<PullRequest, 'title' | 'head' | 'base'> & { body?: string }
  const { head, base } = request
  if (!settings.actionsMayCreatePullRequests) {
    return errorResponse(403, 'GitHub Actions is not permitted to create or approve pull requests.')
  }
  followHeadBranches(repository)
  const headSha = store.branch(head)
  const baseSha = store.branch(base)
  if (headSha === undefined || baseSha === undefined) {
    return invalidPull('head or base does not exist')
  }
  const exists = pullRequests.some(
    (pull) => pull.state === 'open' && pull.head === head && pull.base === base,
  )
  if (exists) return invalidPull(`A pull request already exists for ${owner}:${head}.`)
  if (store.isAncestor(headSha, baseSha)) {
    return invalidPull(`No commits between ${base} and ${head}`)
  }
  const pull: PullRequest = {
    number: pullRequests.length + 1,
    title: request.title,
    body: request.body ?? '',
    state: 'open',
    mergedAt: null,
    head,
    headSha,
    base,
    labels: [],
    createdAt: new Date().toISOString(),
  }
  pullRequests.push(pull)
  return ok(pullBody(repository, pull), 201)
}

export function updatePull({ repository, params, body }: RestCall): RestResponse {
  const pull = findPullRequest(repository, Number(params.number))
  if (pull === undefined) return notFound
  const change = body as Partial<Pick<PullRequest, 'title' | 'body' | 'state'>>
  if (change.state === 'open' && repository.store.branch(pull.head) === undefined) {
    return invalidPull('state cannot be changed. The branch has been deleted.')
  }
  Object.assign(pull, change)
  return ok(pullBody(repository, pull))
}

export function addLabels({ repository, params, body }: RestCall): RestResponse {
  const pull = findPullRequest(repository, Number(params.number))
  if (pull === undefined) return notFound
  const { labels } = body as { labels: string[] }
  pull.labels = [...new Set([...pull.labels, ...labels])]
  return ok(pull.labels.map((name) => ({ name })))
}

function pullBody(repository: Repository, pull: PullRequest): object {
  return {
    number: pull.number,
    html_url: `${repository.url}/pull/${pull.number}`,
    state: pull.state,
    merged: pull.mergedAt !== null,
    merged_at: pull.mergedAt,
    title: pull.title,
    body: pull.body,
    head: { ref: pull.head, sha: pull.headSha, label: `${repository.owner}:${pull.head}` },
    base: { ref: pull.base },
    labels: pull.labels.map((name) => ({ name })),
    user: { login: 'github-actions[bot]' },
    created_at: pull.createdAt,
  }
}

function invalidPull(message: string): RestResponse {
  return errorResponse(422, 'Validation Failed', [
    { resource: 'PullRequest', code: 'custom', message },
  ])
}

import { zeroOid } from '../git/store.ts'
import { updateRefs, type Refusal } from '../ref-updates.ts'
import type { Repository } from '../repository.ts'
import type { RestCall } from './call.ts'
import { errorResponse, notFound, ok, type RestResponse } from './response.ts'

/** Branches: their refs and their rules. */

export function getRef({ repository, params }: RestCall): RestResponse {
  const branch = params.branch ?? ''
  const sha = repository.store.branch(branch)
  if (sha !== undefined) return ok(refBody(branch, sha))
  const isEmpty = repository.git('for-each-ref', '--count=1') === ''
  // Source: github.com/github/rest-api-description/issues/385.
  return isEmpty ? errorResponse(409, 'Git Repository is empty.') : notFound
}

export function createRef({ repository, body }: RestCall): RestResponse {
  const { ref, sha } = body as { ref: string; sha: string }
  const branch = ref.replace('refs/heads/', '')
  if (repository.store.branch(branch) !== undefined) {
    return errorResponse(422, 'Reference already exists')
  }
  const refusal = updateRefs(repository, [{ branch, to: sha, force: false }])
  return refusal === undefined
    ? ok(refBody(branch, sha), 201)
    : refusalResponse(repository, refusal)
}

export function updateRef({ repository, body, params }: RestCall): RestResponse {
  const { store, settings } = repository
  const { sha, force = false } = body as { sha: string; force?: boolean }
  const branch = params.branch ?? ''
  const current = store.branch(branch)
  if (current === undefined) return errorResponse(422, 'Reference does not exist')
  // A client that does not force expects its commit's first parent.
  const expected =
    settings.raceWording === 'conflict' && !force && store.typeOf(sha) === 'commit'
      ? store.commit(sha).parents[0]
      : undefined
  const refusal = updateRefs(repository, [{ branch, to: sha, force, expected }])
  return refusal === undefined ? ok(refBody(branch, sha)) : refusalResponse(repository, refusal)
}

export function deleteRef({ repository, params }: RestCall): RestResponse {
  const branch = params.branch ?? ''
  const refusal = updateRefs(repository, [{ branch, to: zeroOid, force: true }])
  return refusal === undefined ? { status: 204 } : refusalResponse(repository, refusal)
}

export function getBranch({ repository, params }: RestCall): RestResponse {
  const branch = params.branch ?? ''
  const sha = repository.store.branch(branch)
  const isProtected = repository.settings.protectedBranches[branch] !== undefined
  return sha === undefined
    ? errorResponse(404, 'Branch not found')
    : ok({ name: branch, commit: { sha }, protected: isProtected })
}

export function getBranchRules({ repository, params }: RestCall): RestResponse {
  const kind = repository.settings.protectedBranches[params.branch ?? '']
  return ok(kind === 'ruleset' ? [{ type: 'pull_request' }] : [])
}

function refusalResponse({ settings }: Repository, refusal: Refusal): RestResponse {
  switch (refusal.kind) {
    case 'stale':
      // Source: github.com/PyGithub/PyGithub/issues/1787.
      return errorResponse(409, `is at ${refusal.current} but expected ${refusal.expected}`)
    case 'not-fast-forward':
      return settings.raceWording === 'older'
        ? // Sources: github.com/googleapis/repo-automation-bots/issues/4537, joshcai/leetcode-sync/issues/75.
          errorResponse(422, 'Reference cannot be updated')
        : errorResponse(422, 'Update is not a fast forward')
    case 'missing-object':
      // Source: github.com/octokit/octokit.js/issues/562.
      return errorResponse(422, 'Object does not exist')
    case 'missing-ref':
      // Source: github.com/github/lock/pull/48.
      return errorResponse(422, 'Reference does not exist')
    case 'name-conflict':
      // Sources: github.com/googleapis/release-please/issues/1024 and
      // github.com/microsoft/vscode-remote-repositories-github/issues/122.
      return errorResponse(422, 'Reference update failed')
    case 'rule':
      return errorResponse(422, refusal.message)
  }
}

function refBody(branch: string, sha: string): object {
  return { ref: `refs/heads/${branch}`, object: { sha, type: 'commit' } }
}

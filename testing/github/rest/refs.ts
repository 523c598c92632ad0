import { zeroOid } from '../git/store.ts'
import { updateRefs, type Refusal } from '../ref-updates.ts'
import { missingPermission, type RestCall } from './call.ts'
import { errorResponse, notFound, ok, type RestResponse } from './response.ts'

/** Refs of branches. */

export function getRef({ repository, params }: RestCall): RestResponse {
  const branch = params.branch ?? ''
  const sha = repository.store.branch(branch)
  if (sha !== undefined) return ok(refBody(branch, sha))
  const isEmpty = repository.git('for-each-ref', '--count=1') === ''
  // Source: github.com/github/rest-api-description/issues/385.
  return isEmpty ? errorResponse(409, 'Git Repository is empty.') : notFound
}

export function createRef({ repository, token, body }: RestCall): RestResponse {
  const { ref, sha } = body as { ref: string; sha: string }
  const branch = ref.replace('refs/heads/', '')
  if (repository.store.branch(branch) !== undefined) {
    return errorResponse(422, 'Reference already exists')
  }
  const refusal = updateRefs(repository, token, [{ branch, to: sha, force: false }])
  return refusal === undefined
    ? ok(refBody(branch, sha), 201)
    : refusalResponse({ repository, token }, refusal)
}

export function updateRef({ repository, token, body, params }: RestCall): RestResponse {
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
  const refusal = updateRefs(repository, token, [{ branch, to: sha, force, expected }])
  return refusal === undefined
    ? ok(refBody(branch, sha))
    : refusalResponse({ repository, token }, refusal)
}

export function deleteRef({ repository, token, params }: RestCall): RestResponse {
  const branch = params.branch ?? ''
  const refusal = updateRefs(repository, token, [{ branch, to: zeroOid, force: true }])
  return refusal === undefined ? { status: 204 } : refusalResponse({ repository, token }, refusal)
}

function refusalResponse(
  { repository: { settings }, token }: Pick<RestCall, 'repository' | 'token'>,
  refusal: Refusal,
): RestResponse {
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
      return refusal.violation.kind === 'workflows'
        ? missingPermission(token, 'contents=write; contents=write,workflows=write')
        : errorResponse(422, refusal.violation.message)
  }
}

function refBody(branch: string, sha: string): object {
  return { ref: `refs/heads/${branch}`, object: { sha, type: 'commit' } }
}

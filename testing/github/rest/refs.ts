import { zeroOid } from '../git/store.ts'
import { violatedRule } from '../protection.ts'
import type { Repository } from '../repository.ts'
import type { RestCall } from './call.ts'
import { errorResponse, notFound, ok, type RestResponse } from './response.ts'

/** Branches: their refs and their rules. */

export function getRef({ repository, params }: RestCall): RestResponse {
  const branch = params.branch ?? ''
  const sha = repository.store.branch(branch)
  return sha === undefined ? notFound : ok(refBody(branch, sha))
}

export function createRef({ repository, body }: RestCall): RestResponse {
  const { ref, sha } = body as { ref: string; sha: string }
  if (repository.store.typeOf(sha) !== 'commit') return errorResponse(422, 'Object does not exist')
  return repository.store.updateRef(ref, sha, zeroOid)
    ? ok(refBody(ref.replace('refs/heads/', ''), sha), 201)
    : errorResponse(422, 'Reference already exists')
}

export function updateRef({ repository, body, params }: RestCall): RestResponse {
  const { store } = repository
  const { sha, force = false } = body as { sha: string; force?: boolean }
  const branch = params.branch ?? ''
  const current = store.branch(branch)
  if (current === undefined) return errorResponse(422, 'Reference does not exist')
  if (!force && !store.isAncestor(current, sha)) {
    return errorResponse(422, 'Update is not a fast forward')
  }
  const rule = violatedRule(repository, branch, changedContents(repository, current, sha))
  if (rule !== undefined) return errorResponse(422, rule)
  return store.updateRef(`refs/heads/${branch}`, sha, current)
    ? ok(refBody(branch, sha))
    : errorResponse(422, 'Update is not a fast forward')
}

export function deleteRef({ repository, params }: RestCall): RestResponse {
  const branch = params.branch ?? ''
  const current = repository.store.branch(branch)
  if (current === undefined) return errorResponse(422, 'Reference does not exist')
  repository.store.updateRef(`refs/heads/${branch}`, zeroOid, current)
  return { status: 204 }
}

export function getBranch({ repository, params }: RestCall): RestResponse {
  const branch = params.branch ?? ''
  const sha = repository.store.branch(branch)
  const isProtected = repository.settings.protectedBranches[branch] !== undefined
  return sha === undefined
    ? notFound
    : ok({ name: branch, commit: { sha }, protected: isProtected })
}

export function getBranchRules({ repository, params }: RestCall): RestResponse {
  const kind = repository.settings.protectedBranches[params.branch ?? '']
  return ok(kind === 'ruleset' ? [{ type: 'pull_request' }] : [])
}

function refBody(branch: string, sha: string): object {
  return { ref: `refs/heads/${branch}`, object: { sha, type: 'commit' } }
}

function changedContents({ git, settings }: Repository, from: string, to: string): string[] {
  return settings.secrets === undefined ? [] : [git('diff', from, to)]
}

import { denialFor, missingPermissionMessage, type Denial } from '../access.ts'
import type { Repository } from '../repository.ts'
import type { Token } from '../tokens.ts'
import { errorResponse, notFound, type RestResponse } from './response.ts'

/** One REST request to a repository that the token reaches. */
export type RestCall = {
  readonly repository: Repository
  readonly token: Token
  /** Values of the route's placeholders. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** With the host that the client uses. */
  readonly url: URL
  readonly body: unknown
}

export type Handler = (call: RestCall) => RestResponse | Promise<RestResponse>

/** Lets a request through only if the token has the permission. */
export function withContentsWrite(handler: Handler): Handler {
  return withPermission(({ contents }) => contents === 'write', 'contents=write', handler)
}

export function withPullRequestsWrite(handler: Handler): Handler {
  const isAllowed = ({ pullRequests }: Token): boolean => pullRequests === 'write'
  return withPermission(isAllowed, 'pull_requests=write', handler)
}

/**
 * The header names the missing permission: docs.github.com, "Troubleshooting the REST API". A person's
 * classic token has scopes instead of permissions, and what it may not change does not exist for it.
 */
function withPermission(
  isAllowed: (token: Token) => boolean,
  permission: string,
  handler: Handler,
): Handler {
  return (call) => {
    const { token, repository } = call
    const denial = denialFor(token, repository, true)
    if (denial !== undefined) return deniedResponse(denial)
    if (isAllowed(token)) return handler(call)
    if (token.kind === 'classic') return notFound
    return missingPermission(token, permission)
  }
}

export function missingPermission(token: Token, permission: string): RestResponse {
  return {
    ...errorResponse(403, missingPermissionMessage(token)),
    headers: { 'x-accepted-github-permissions': permission },
  }
}

export function deniedResponse({ message, headers = {} }: Denial): RestResponse {
  return { ...errorResponse(403, message), headers }
}

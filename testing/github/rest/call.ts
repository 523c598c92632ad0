import type { Repository } from '../repository.ts'
import type { Token } from '../tokens.ts'
import { missingPermission, type RestResponse } from './response.ts'

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

export function withContentsWrite(handler: Handler): Handler {
  return (call) =>
    call.token.contents === 'write' ? handler(call) : missingPermission('contents=write')
}

export function withPullRequestsWrite(handler: Handler): Handler {
  return (call) =>
    call.token.pullRequests === 'write' ? handler(call) : missingPermission('pull_requests=write')
}

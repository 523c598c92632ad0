import type { FaultResponse } from './faults.ts'

/** Responses that GitHub, or a proxy before it, sends when something is wrong. */

const json = { 'content-type': 'application/json; charset=utf-8' }
const html = { 'content-type': 'text/html; charset=utf-8' }

/** A response without a body, e.g. of a proxy. */
export const emptyBody: FaultResponse = { status: 200, body: '' }

/**
 * A page where JSON is due: maintenance, a login, or the gateway itself. Source of the gateway's:
 * github.com/turbot/steampipe-plugin-github/issues/518.
 */
export function htmlPage(status: 200 | 502 | 503 = 200): FaultResponse {
  const title = { 200: 'Sign in', 502: '502 Bad Gateway', 503: '503 Service Unavailable' }[status]
  const head = `<html>\r\n<head><title>${title}</title></head>\r\n`
  const body = `<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`
  return { status, headers: html, body: head + body }
}

/** docs.github.com, "Rate limits for the REST API"; it also occurs in a GraphQL error with status 200. */
export const secondaryLimit =
  'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'

/** The same in the words of older servers: github.com/openshift/release/issues/6463. */
export const abuseLimit =
  'You have triggered an abuse detection mechanism. Please wait a few minutes before you try again.'

/** Errors of the GraphQL API that pass. Sources: cli/cli#11351, liatrio/liatrio-otel-collector#71. */
export const temporaryErrors = [
  'Something went wrong while executing your query on 2025-07-21T08:22:21Z. Please include `A552:E0EED` when reporting this issue.',
  'Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug. Please include `4A9B:716A` when reporting this issue.',
]

/** REST's HTTP 422 for something that is written too often: cli/cli#4801. */
export const tooQuickly = {
  message: 'Validation Failed',
  errors: [{ resource: 'PullRequest', code: 'custom', message: 'was submitted too quickly' }],
}

/** A query that asks for too much, with a part of its data: yoshi389111/github-profile-3d-contrib#163. */
export const resourceLimit = {
  type: 'RESOURCE_LIMITS_EXCEEDED',
  message: 'Resource limits for this query exceeded.',
}

/** A change of a branch whose pull request is in a merge queue: SharezoneApp/sharezone-app#605. */
export function queuedBranch(branch: string) {
  return {
    type: 'BRANCH_PROTECTION_RULE_VIOLATION',
    message: `Protected branch update failed for refs/heads/${branch}.\n\nA pull request for this branch has been added to a merge queue. Branches that are queued for merging cannot be updated. To modify this branch, dequeue the associated pull request.`,
  }
}

export function tooManyRequests(retryAfterSeconds?: number): FaultResponse {
  const wait = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
  return {
    status: 429,
    headers: { ...json, ...wait },
    body: JSON.stringify({
      message: secondaryLimit,
      documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api',
    }),
  }
}

/** Source: github.com/peter-evans/create-pull-request/issues/2007. */
export function serverError(status: 500 | 502 | 503 | 504 = 500): FaultResponse {
  return { status, headers: json, body: '{"message":"Server Error"}' }
}

/** 301 and 307 are what docs.github.com, "Best practices for using the REST API", tells clients to follow. */
export function redirect(location: string, status: 301 | 302 | 307 | 308 = 307): FaultResponse {
  return { status, headers: { ...json, location }, body: '{"message":"Moved Permanently"}' }
}

/** A 200 of the GraphQL API with these errors, and without data unless it is given. */
export function graphqlErrors(
  errors: readonly { readonly type?: string; readonly message: string }[],
  data: unknown = null,
): FaultResponse {
  return { status: 200, headers: json, body: JSON.stringify({ data, errors }) }
}

/** Any JSON with status 200, e.g. `{}` or `{"data":null}`. */
export function jsonBody(value: unknown): FaultResponse {
  return { status: 200, headers: json, body: JSON.stringify(value) }
}

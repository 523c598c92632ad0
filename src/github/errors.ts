import { ActionError, GitHubError } from '../core/errors.ts'
import { own, prose, type Prose } from '../core/text/prose.ts'
import { failureMessage, type FailureReason, type HttpFailure } from '../http/failure.ts'
import type { HttpResponse } from '../http/transport.ts'
import { isTemporary, type GraphqlProblem } from './graphql-body.ts'
import { operation, type Context, type Explanation, type Refusal } from './refusal.ts'
import { isDivisibleRequest } from './refusals-conflict.ts'
import { explainRefusal } from './refusals.ts'
import { refusalMessage } from './rest-body.ts'
import { UnexpectedResponse } from './unexpected-response.ts'

const unreachable = prose`Check that the runner can reach GitHub (firewall, proxy).`

const failureAdvice: Record<FailureReason, Prose> = {
  'unknown-host': prose`Check the variable \`GITHUB_API_URL\`, and that the runner can resolve this host name.`,
  refused: unreachable,
  tls: prose`On a self-hosted runner, set the variable \`NODE_EXTRA_CA_CERTS\` to a PEM file with the certificate authority.`,
  timeout: unreachable,
  interrupted: prose`The connection ended in the middle of a response. The next run will catch up.`,
  network: unreachable,
  'too-large': prose`The response was ignored. Check for a proxy that changes responses.`,
  encoding: prose`Check for a proxy that compresses responses: it may only use \`gzip\`, \`deflate\` or \`br\`.`,
}

const statusPage = prose`See https://www.githubstatus.com. The next run will catch up.`

/** There was no complete response. */
export function connectionError(
  failure: HttpFailure,
  { tries, apiUrl, isWrite }: { tries: number; apiUrl: string; isWrite: boolean },
): GitHubError {
  const { reason } = failure
  const after = tries > 1 ? prose` (after ${tries} tries)` : []
  return new GitHubError(
    prose`${failureMessage(failure, prose`GitHub at \`${apiUrl}\``)}${after}`,
    {
      advice: failureAdvice[reason],
      reason: reason === 'too-large' ? 'response-too-large' : undefined,
      outcomeUnknown: isWrite && reason !== 'refused' && reason !== 'unknown-host',
    },
  )
}

/** @param until when the limit ends, if that is longer than a sync may wait. */
export function rateLimitError(
  status: number,
  until: Date | undefined,
  tries: number,
): GitHubError {
  const limit =
    until === undefined
      ? prose`GitHub still limits the rate of requests after ${tries} tries`
      : prose`GitHub limits the rate of requests until ${own(until.toISOString())}, longer than a sync may wait`
  return new GitHubError(prose`${limit} (HTTP ${status})`, {
    status,
    advice: prose`The first run after that will catch up on everything. To send fewer requests, sync less often, or check out the repository before this step with \`actions/checkout\`.`,
  })
}

/** @param until when GitHub wants to be asked again, if that is longer than a sync may wait. */
export function unavailableError(
  status: number,
  until: Date | undefined,
  isWrite: boolean,
): GitHubError {
  const text =
    until === undefined
      ? prose`GitHub responded to a ${own(isWrite ? 'write' : 'request')} with HTTP ${status}`
      : prose`GitHub is not available until ${own(until.toISOString())}, longer than a sync may wait (HTTP ${status})`
  return new GitHubError(text, { status, outcomeUnknown: isWrite, advice: statusPage })
}

/** Redirects are not followed: another host must not see the token. */
export function redirectError(url: string, { status, headers }: HttpResponse): GitHubError {
  const { location = '' } = headers
  const target = URL.canParse(location, url) ? new URL(location, url) : undefined
  const { origin } = new URL(url)
  if (target?.origin === origin && /\/(repositories\/\d+|repos\/)/.test(target.pathname)) {
    return new GitHubError(prose`GitHub at \`${origin}\` redirects the request (HTTP ${status})`, {
      status,
      advice: prose`The repository may have been renamed or moved: update the input \`repository\`.`,
    })
  }
  // Without the query, which may have a secret.
  const place =
    target === undefined ? prose`an invalid address` : prose`\`${placeOf(target, origin)}\``
  return new GitHubError(
    prose`GitHub at \`${origin}\` redirects to ${place} (HTTP ${status}). Nothing was sent there`,
    {
      status,
      advice: prose`If there is a proxy or a login in front of GitHub, let the runner reach GitHub directly. Otherwise correct the variable \`GITHUB_API_URL\`.`,
    },
  )
}

function placeOf(target: URL, origin: string): string {
  return target.origin === origin ? target.pathname : target.origin
}

/** The response is truncated or does not match its schema. */
export function invalidResponse(detail: Prose, isWrite = false): GitHubError {
  return new GitHubError(prose`GitHub's response can't be used: ${detail}`, {
    outcomeUnknown: isWrite,
    advice: prose`The response was ignored. If this persists, check for a proxy that changes responses.`,
  })
}

/** The branch is no longer at the commit that was read: read and plan again. */
export function branchMoved(detail: Prose): GitHubError {
  return new GitHubError(prose`the branch moved ${detail}`, { reason: 'branch-moved' })
}

/** Converts an error thrown by octokit, which wraps everything that `fetch` throws in an HTTP 500. */
export function errorFromOctokit(error: unknown, context: Context): Error {
  if (error instanceof ActionError) return error
  if (!(error instanceof Error)) return new Error(String(error))
  if (!hasResponse(error)) {
    return error.name === 'HttpError' && error.cause instanceof Error ? error.cause : error
  }
  const { status, request, response } = error
  const message = refusalMessage(response.data)
  const refusal: Refusal = {
    status,
    type: undefined,
    code: undefined,
    message: message ?? '',
    isGitHubs: message !== undefined,
    isDivisible: context.isDivisible || isDivisibleRequest(request.url, request.body),
    headers: response.headers,
    url: response.url,
  }
  return gitHubError(refusal, explainRefusal(refusal, context), false)
}

type RequestError = Error & {
  readonly status: number
  readonly request: { readonly url: string; readonly body?: unknown }
  readonly response: {
    readonly data: unknown
    readonly headers: Readonly<Record<string, string>>
    readonly url: string
  }
}

function hasResponse(error: Error): error is RequestError {
  return 'response' in error && error.response !== undefined
}

/** How sure it is that a GraphQL request was not carried out. */
export type GraphqlRequest = {
  /** A mutation. */
  readonly isWrite: boolean
  /** The response has data beside the errors. */
  readonly hasData: boolean
}

/**
 * Converts the `errors` of a GraphQL response; the least certain one counts. If none of them says what
 * is wrong, the response is only unexpected.
 */
export function errorFromGraphql(
  problems: readonly GraphqlProblem[],
  context: Context,
  request: GraphqlRequest,
): GitHubError | UnexpectedResponse {
  const found = problems.map((problem) => errorFromProblem(problem, context, request))
  const errors = found.map(({ error }) => error)
  const unclear = errors.find(({ outcomeUnknown }) => outcomeUnknown)
  const decisive = errors.find(({ reason }) => reason !== undefined)
  const error = unclear ?? decisive ?? errors[0] ?? invalidResponse(prose`no data`, request.isWrite)
  return found.some(({ isKnown }) => isKnown) ? error : new UnexpectedResponse(error)
}

function errorFromProblem(
  problem: GraphqlProblem,
  context: Context,
  { isWrite, hasData }: GraphqlRequest,
): { readonly error: GitHubError; readonly isKnown: boolean } {
  const { type, message, path = [], extensions } = problem
  if (isTemporary(problem)) {
    const reason = context.isDivisible ? 'too-large' : undefined
    const error = new GitHubError(
      prose`GitHub could not carry out a request to ${operation(context)} [GitHub: ${shorten(message)}]`,
      { status: 200, outcomeUnknown: isWrite, advice: statusPage, reason },
    )
    return { error, isKnown: true }
  }
  const refusal: Refusal = {
    status: type === 'NOT_FOUND' ? 404 : type === 'FORBIDDEN' ? 403 : 200,
    type,
    code: extensions?.code,
    message: message.replace(/\s+/g, ' ').trim(),
    isGitHubs: true,
    isDivisible: false,
    headers: {},
    url: '',
  }
  const explanation = explainRefusal(refusal, context)
  // A field below the mutation's own can only fail after the mutation.
  const isUnclear = hasData || path.length > 1 || !explanation.isCertain
  const error = gitHubError(refusal, explanation, isWrite && isUnclear)
  return { error, isKnown: explanation.isCertain }
}

function gitHubError(
  { status, message, isGitHubs }: Refusal,
  { text, advice, reason }: Explanation,
  outcomeUnknown: boolean,
): GitHubError {
  const details = { status, advice, reason, outcomeUnknown }
  return new GitHubError(isGitHubs ? prose`${text} [GitHub: ${shorten(message)}]` : text, details)
}

const maxMessageLength = 1000

/** GitHub's messages end up in outputs and in the summary, which have limits. */
function shorten(message: string): string {
  return message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)} …` : message
}

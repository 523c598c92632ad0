import { ActionError, GitHubError } from '../core/errors.ts'
import { prose, type Prose } from '../core/text/prose.ts'
import { statusPage } from './exchange-errors.ts'
import { isTemporary, resourceLimitType, type GraphqlProblem } from './graphql-body.ts'
import { operation, type Context, type Explanation, type Refusal } from './refusal.ts'
import { isDivisibleRequest } from './refusals-conflict.ts'
import { explainRefusal } from './refusals.ts'
import { refusalMessage } from './rest-body.ts'
import { UnexpectedResponse } from './unexpected-response.ts'

/** The response is truncated or does not match its schema. */
export function invalidResponse(detail: Prose, isWrite = false): GitHubError {
  return new GitHubError(prose`GitHub's response can't be used: ${detail}`, {
    outcomeUnknown: isWrite,
    advice: prose`The response was ignored. If this persists, check for a proxy that changes responses.`,
  })
}

/** The branch is no longer at the commit that was read: read and plan again. */
export function branchMoved(detail: Prose): GitHubError {
  return new GitHubError(prose`the branch moved ${detail}`, {
    reason: 'branch-moved',
    isRefused: true,
  })
}

/** Whether the request is too large, and can be divided. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof GitHubError && error.reason === 'too-large'
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
 * Converts the `errors` of a GraphQL response, at least one; the least certain one counts, then one that
 * the action reacts to. If none of them says what is wrong, the response is only unexpected.
 */
export function errorFromGraphql(
  problems: readonly GraphqlProblem[],
  context: Context,
  request: GraphqlRequest,
): GitHubError | UnexpectedResponse {
  const found = problems.map((problem) => errorFromProblem(problem, context, request))
  const { error } = found.reduce((most, next) =>
    weight(next.error) > weight(most.error) ? next : most,
  )
  return found.some(({ isKnown }) => isKnown) ? error : new UnexpectedResponse(error)
}

function weight({ outcomeUnknown, reason }: GitHubError): number {
  return outcomeUnknown ? 2 : Number(reason !== undefined)
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
  // A field below the mutation's own can only fail after the mutation, and so may a limit's.
  const isLate = path.length > 1 || type === resourceLimitType
  const isUnclear = hasData || isLate || !explanation.isCertain
  const error = gitHubError(refusal, explanation, isWrite && isUnclear)
  return { error, isKnown: explanation.isCertain }
}

function gitHubError(
  { status, message, isGitHubs }: Refusal,
  { text, advice, reason }: Explanation,
  outcomeUnknown: boolean,
): GitHubError {
  const isRefused = isGitHubs && status < 500 && !outcomeUnknown
  const details = {
    status,
    advice,
    // A response that contradicts itself is no reason for anything.
    reason: outcomeUnknown ? undefined : reason,
    outcomeUnknown,
    isRefused,
  }
  return new GitHubError(isGitHubs ? prose`${text} [GitHub: ${shorten(message)}]` : text, details)
}

const maxMessageLength = 1000

/** GitHub's messages end up in outputs and in the summary, which have limits. */
function shorten(message: string): string {
  return message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)} …` : message
}

import { GitHubError } from '../core/errors.ts'
import type { Clock, Log } from '../core/runtime.ts'
import { prose } from '../core/text/prose.ts'
import { describeExchange } from '../http/describe-exchange.ts'
import {
  retryAfterMs,
  sendWithRetries,
  type Contact,
  type RetryOutcome,
  type RetryPolicy,
  type WaitBudget,
} from '../http/retry.ts'
import { parseJson, type HttpResponse, type HttpResult, type Transport } from '../http/transport.ts'
import { invalidResponse } from './errors.ts'
import {
  connectionError,
  rateLimitError,
  redirectError,
  unavailableError,
} from './exchange-errors.ts'
import { isDivisibleRequest } from './refusals-conflict.ts'
import { requestName } from './request-name.ts'
import { classifyResult, isIncomplete, isRateLimited, type Exchange } from './retry.ts'

export type FetchOptions = {
  /** `GITHUB_API_URL` */
  readonly apiUrl: string
  /** `GITHUB_GRAPHQL_URL` */
  readonly graphqlUrl: string
  readonly policy: RetryPolicy
  readonly transport: Transport
  readonly clock: Clock
  readonly budget: () => WaitBudget
  readonly log: Pick<Log, 'debug' | 'info'>
}

/** Whether a request can be repeated, or divided among several. */
export type RequestKind = { readonly isRepeatable: boolean; readonly isDivisible: boolean }

/** What octokit needs of a response. With `parseSuccessResponseBody: false`, `body` is its data. */
type FetchedResponse = {
  readonly status: number
  readonly url: string
  /** Not `Headers`, for which Node.js loads all of its own `fetch`: that takes 20 ms of each job. */
  readonly headers: ReadonlyMap<string, string>
  /** The parsed body, so that large ones are parsed only once. */
  readonly body: unknown
  readonly text: () => Promise<string>
}

/** A `fetch` for octokit that uses our transport, retries, and only returns complete responses. */
export function fetchWithRetries(
  options: FetchOptions,
  { isRepeatable, isDivisible }: RequestKind,
  contact: Contact,
  onRequest: () => void,
) {
  return async (
    url: string,
    init: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<FetchedResponse> => {
    const { transport, clock, log } = options
    const method = init.method ?? 'GET'
    const isGraphql = url === options.graphqlUrl
    const name = requestName(method, url, init.body, isGraphql)
    let exchange: Exchange = {
      isGraphql,
      isRepeatable,
      isDivisible: () => isDivisible || isDivisibleRequest(url, init.body),
      json: undefined,
    }
    const send = async (tries: number): Promise<HttpResult> => {
      onRequest()
      const startedAt = clock.now()
      const result = await transport.send({
        method,
        url,
        headers: init.headers ?? {},
        body: init.body,
      })
      const end = describeExchange(result, clock.now() - startedAt, tries)
      log.debug(`GitHub ${name} -> ${end}${requestId(result)}`)
      const json = result.kind === 'response' ? parseJson(result.text) : undefined
      exchange = { ...exchange, json }
      return result
    }
    const outcome = await sendWithRetries({
      send,
      classify: (result) => classifyResult(result, exchange, clock.now()),
      policy: options.policy,
      clock,
      budget: options.budget(),
      contact,
      onRetry: (reason, waitMs, retry) =>
        log.info(`GitHub: ${reason}; retry ${retry} in ${(waitMs / 1000).toFixed(1)} s`),
    })
    const { result } = outcome
    if (result.kind === 'failure') {
      const { tries } = outcome
      const { apiUrl } = options
      throw naming(name, connectionError(result, { tries, apiUrl, isWrite: !isRepeatable }))
    }
    const retryAllowedAt =
      outcome.retryAllowedAt ?? (await waitBeforeNext(options, result, exchange))
    const error = unusable(url, result, { ...outcome, retryAllowedAt }, exchange)
    if (error !== undefined) throw naming(name, error)
    return {
      status: result.status,
      url,
      headers: new Map(Object.entries(result.headers)),
      body: exchange.json,
      text: () => Promise.resolve(result.text),
    }
  }
}

/** Says which request failed. */
function naming(name: string, error: GitHubError): GitHubError {
  return new GitHubError(prose`${error.text} [${name}]`, error)
}

/** By which GitHub's support finds a request. */
function requestId(result: HttpResult): string {
  const id = result.kind === 'response' ? result.headers['x-github-request-id'] : undefined
  return id === undefined ? '' : `, GitHub's id ${id}`
}

/**
 * A write is not repeated after an HTTP 503, but the sync goes on to find out what became of it, and
 * that has to wait as long as GitHub asks. Returns the end of a wait that the budget does not allow.
 */
async function waitBeforeNext(
  { clock, budget }: FetchOptions,
  { status, headers }: HttpResponse,
  { isRepeatable }: Exchange,
): Promise<Date | undefined> {
  const waitMs = retryAfterMs(headers, clock.now())
  if (isRepeatable || status !== 503 || waitMs === undefined) return undefined
  const remaining = budget()
  if (waitMs > remaining.remainingMs) return new Date(clock.now() + waitMs)
  remaining.remainingMs -= waitMs
  await clock.sleep(waitMs)
  return undefined
}

/** The error of a response that is neither a success nor a refusal of this very request. */
function unusable(
  url: string,
  response: HttpResponse,
  outcome: RetryOutcome,
  exchange: Exchange,
): GitHubError | undefined {
  const { status, text } = response
  const isWrite = !exchange.isRepeatable
  if (isRateLimited(response, exchange)) {
    return rateLimitError(status, outcome.retryAllowedAt, outcome.tries)
  }
  if (status >= 300 && status < 400) return redirectError(url, response)
  if (isIncomplete(response, exchange.json)) {
    return invalidResponse(
      prose`it is not a complete JSON document (${text.length} characters)`,
      isWrite,
    )
  }
  if (outcome.retryAllowedAt !== undefined || (isWrite && (status >= 500 || status === 408))) {
    return unavailableError(status, outcome.retryAllowedAt, isWrite)
  }
  return undefined
}

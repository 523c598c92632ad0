import { GitHubError } from '../core/errors.ts'
import type { Clock, Log } from '../core/runtime.ts'
import {
  sendWithRetries,
  type RetryOutcome,
  type RetryPolicy,
  type WaitBudget,
} from '../http/retry.ts'
import { parseJson, type Transport } from '../http/transport.ts'
import { connectionError, invalidResponse } from './errors.ts'
import { classifyResult } from './retry.ts'

export type FetchOptions = {
  /** `GITHUB_API_URL` */
  readonly apiUrl: string
  readonly policy: RetryPolicy
  readonly transport: Transport
  readonly clock: Clock
  readonly budget: () => WaitBudget
  readonly log: Pick<Log, 'debug' | 'info'>
}

/** A `fetch` for octokit that uses our transport, retries, and only returns complete responses. */
export function fetchWithRetries(
  options: FetchOptions,
  repeatable: boolean,
  onRequest: () => void,
) {
  return async (
    url: string,
    init: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<Response> => {
    const { transport, clock, log } = options
    const method = init.method ?? 'GET'
    const send = async () => {
      onRequest()
      const startedAt = clock.now()
      const result = await transport.send({
        method,
        url,
        headers: init.headers ?? {},
        body: init.body,
      })
      const summary = result.kind === 'response' ? result.status : result.detail
      log.debug(`GitHub ${method} ${url} -> ${summary}, ${clock.now() - startedAt} ms`)
      return result
    }
    const outcome: RetryOutcome = await sendWithRetries({
      send,
      classify: (result) => classifyResult(result, clock.now(), repeatable),
      policy: options.policy,
      clock,
      budget: options.budget(),
      onRetry: (reason, waitMs, retry) =>
        log.info(`GitHub: ${reason}; retry ${retry} in ${(waitMs / 1000).toFixed(1)} s`),
    })
    return toResponse(outcome, repeatable, options)
  }
}

function toResponse(outcome: RetryOutcome, repeatable: boolean, options: FetchOptions): Response {
  const { result } = outcome
  if (result.kind === 'failure' || outcome.retryAllowedAt !== undefined) {
    throw connectionError(outcome, options.apiUrl, !repeatable)
  }
  const { status, headers, text } = result
  if (status >= 200 && status < 300 && status !== 204 && parseJson(text) === undefined) {
    throw invalidResponse(
      `it is not a complete JSON document (${text.length} characters)`,
      !repeatable,
    )
  }
  if (status >= 500 && !repeatable) {
    throw new GitHubError(`GitHub responded to a write with HTTP ${status}`, {
      status,
      outcomeUnknown: true,
      advice: 'Look at https://www.githubstatus.com; the next run will catch up.',
    })
  }
  const emptyBody = status === 204 || status === 205 || status === 304
  return new Response(emptyBody ? null : text, { status, headers: headersOfDecodedBody(headers) })
}

/** The transport has already decoded the body, so these headers no longer describe it. */
function headersOfDecodedBody(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !['content-encoding', 'content-length', 'transfer-encoding'].includes(name),
    ),
  )
}

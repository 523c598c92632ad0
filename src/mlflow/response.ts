import type { z } from 'zod'
import { MlflowError } from '../core/errors.ts'
import { prose } from '../core/text/prose.ts'
import { isMarkup } from '../http/markup.ts'
import type { RetryOutcome } from '../http/retry.ts'
import type { HttpResult } from '../http/transport.ts'
import { errorFromFailedCall } from './errors.ts'

/** How a request ended, the address that redirects led to, and the response's JSON if it has any. */
export type Reached = RetryOutcome & { readonly url: string; readonly json: unknown }

/** @throws MlflowError unless the request succeeded and its response matches the schema. */
export function parseResponse<T>(
  outcome: Reached,
  { endpoint, baseUrl }: { readonly endpoint: string; readonly baseUrl: string },
  schema: z.ZodType<T>,
): T {
  const { result, json } = outcome
  if (result.kind === 'failure' || result.status < 200 || result.status > 299 || !isObject(json)) {
    const reached = new URL(outcome.url).origin
    const redirectedTo = reached === new URL(baseUrl).origin ? undefined : reached
    throw errorFromFailedCall({ outcome, json, endpoint, baseUrl, redirectedTo })
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new MlflowError(
    prose`MLflow's response to \`${endpoint}\` is not what its API promises: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    {
      status: result.status,
      advice: prose`Check that \`${baseUrl}\` is MLflow's address, and that no proxy changes its responses.`,
    },
  )
}

export function isUnknownRoute(result: HttpResult): boolean {
  return result.kind === 'response' && result.status === 404 && isMarkup(result.text)
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** MLflow responds with plain text such as `3.17.2` or `2.22.1.dev0`. */
export function versionIn(result: HttpResult): string | undefined {
  const text = result.kind === 'response' && result.status === 200 ? result.text.trim() : ''
  return /^\d+\.[\w.+-]{1,40}$/.test(text) ? text : undefined
}

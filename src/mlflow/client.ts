import type { z } from 'zod'
import type { Clock, Log, ReportProgress } from '../core/runtime.ts'
import { describeExchange } from '../http/describe-exchange.ts'
import { sendWithRetries, type Contact, type RetryPolicy, type WaitBudget } from '../http/retry.ts'
import { parseJson, type HttpRequest, type HttpResult, type Transport } from '../http/transport.ts'
import { redirectedRequest } from './redirects.ts'
import { isUnknownRoute, parseResponse, versionIn, type Reached } from './response.ts'
import { classifyResult } from './retry.ts'

/** MLflow's database pool is exhausted by more than about 15 requests at a time. */
export const maxConcurrentRequests = 4

/** How to reach one MLflow server. */
export type MlflowConnection = {
  /** http(s) base URL, including any static prefix, without a trailing slash. */
  readonly baseUrl: string
  /** Credentials, gateway headers and workspace; only sent to this origin. */
  readonly headers: Readonly<Record<string, string>>
  readonly policy: RetryPolicy
}

/** Calls MLflow's REST API, with paths such as `model-versions/search`. */
export type MlflowClient = {
  readonly get: <T>(
    path: string,
    query: Query,
    schema: z.ZodType<T>,
    options?: CallOptions,
  ) => Promise<T>
  readonly post: <T>(
    path: string,
    body: unknown,
    schema: z.ZodType<T>,
    options?: CallOptions,
  ) => Promise<T>
  /** Only for requests that can be repeated, as all of them are. */
  readonly delete: <T>(path: string, body: unknown, schema: z.ZodType<T>) => Promise<T>
  /** The server's version; undefined if it does not say. Asked once, without retries. */
  readonly version: () => Promise<string | undefined>
  /** Requests sent so far, retries and redirects included. */
  readonly requests: () => number
  readonly progress: ReportProgress
}

export type CallOptions = {
  /** Whether the request contains a filter that a person wrote, of which MLflow answers some with 500. */
  readonly hasFilter?: boolean
}

export type Query = Readonly<Record<string, string | number | undefined>>

export type MlflowClientOptions = {
  readonly connection: MlflowConnection
  readonly transport: Transport
  readonly clock: Clock
  readonly budget: () => WaitBudget
  readonly log: Pick<Log, 'debug' | 'info'>
  readonly progress: ReportProgress
}

/** A longer chain of redirects is probably a loop. */
const maxRedirects = 5

export function createMlflowClient(options: MlflowClientOptions): MlflowClient {
  const { connection, transport, clock, log } = options
  const { origin, pathname } = new URL(connection.baseUrl)
  const contact: Contact = { made: false }
  let requests = 0
  let api = 'api'

  const sendOnce = async (
    request: HttpRequest,
    tries: number,
    onUrl: (url: string) => void,
  ): Promise<HttpResult> => {
    let current = request
    for (let hops = 0; ; hops += 1) {
      requests += 1
      onUrl(current.url)
      const startedAt = clock.now()
      const result = await transport.send(current)
      const end = describeExchange(result, clock.now() - startedAt, tries)
      log.debug(`MLflow ${current.method} ${placeOf(current.url)} -> ${end}`)
      if (result.kind === 'failure' || hops === maxRedirects) return result
      const next = redirectedRequest(current, result, origin)
      if (next === undefined) return result
      current = next
    }
  }

  /** Without the query, which may have a secret of a login that MLflow redirects to. */
  const placeOf = (url: string): string => {
    const reached = new URL(url)
    return `${reached.origin === origin ? '' : reached.origin}${reached.pathname}`
  }

  const sendRequest = async (request: HttpRequest, hasFilter: boolean): Promise<Reached> => {
    let url = request.url
    let json: unknown
    const outcome = await sendWithRetries({
      send: (tries) =>
        sendOnce(request, tries, (current) => {
          url = current
        }),
      classify: (result) => {
        json = result.kind === 'failure' ? undefined : parseJson(result.text)
        return classifyResult(result, json, clock.now(), hasFilter)
      },
      policy: connection.policy,
      clock,
      budget: options.budget(),
      contact,
      onRetry: (reason, waitMs, retry) =>
        log.info(`MLflow: ${reason}; retry ${retry} in ${(waitMs / 1000).toFixed(1)} s`),
    })
    return { ...outcome, url, json }
  }

  const call = async <T>(
    method: string,
    path: string,
    payload: { readonly search: string; readonly body: string | undefined },
    schema: z.ZodType<T>,
    { hasFilter = false }: CallOptions = {},
  ): Promise<T> => {
    const send = (): Promise<Reached> => {
      const url = `${connection.baseUrl}/${api}/2.0/mlflow/${path}${payload.search}`
      const headers = {
        accept: 'application/json',
        ...(payload.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...connection.headers,
      }
      return sendRequest({ method, url, headers, body: payload.body }, hasFilter)
    }
    let outcome = await send()
    if (api === 'api' && pathname !== '/' && isUnknownRoute(outcome.result)) {
      // Up to MLflow 3.10, `--static-prefix` only applies to the copy of the API that the UI uses.
      api = 'ajax-api'
      const second = await send()
      if (isUnknownRoute(second.result)) api = 'api'
      else outcome = second
    }
    return parseResponse(
      outcome,
      { endpoint: `${method} ${path}`, baseUrl: connection.baseUrl },
      schema,
    )
  }

  return {
    get: (path, query, schema, options) =>
      call('GET', path, { search: queryString(query), body: undefined }, schema, options),
    post: (path, body, schema, options) =>
      call('POST', path, { search: '', body: JSON.stringify(body) }, schema, options),
    delete: (path, body, schema) =>
      call('DELETE', path, { search: '', body: JSON.stringify(body) }, schema),
    version: async () => {
      const url = `${connection.baseUrl}/version`
      const request = { method: 'GET', url, headers: connection.headers, body: undefined }
      return versionIn(await sendOnce(request, 1, () => undefined))
    },
    requests: () => requests,
    progress: options.progress,
  }
}

/** Percent-encodes the values, because servers up to MLflow 2.15 split them at a raw `=`. */
function queryString(query: Query): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.append(name, String(value))
  }
  return search.size === 0 ? '' : `?${search.toString()}`
}

import { getOctokit } from '@actions/github'
import { z } from 'zod'
import { GitHubError } from '../errors.ts'
import { type RetryPolicy, type Retried, type WaitBudget, sendWithRetries } from '../http/retry.ts'
import type { Clock } from '../runtime.ts'
import { parseJson, type Transport } from '../http/transport.ts'
import {
  errorFromOctokit,
  errorFromGraphql,
  connectionError,
  unusableResponse,
  type GraphqlProblem,
} from './errors.ts'
import { classifyResult } from './retry.ts'

export type Octokit = ReturnType<typeof getOctokit>

/** A repository's coordinates, as octokit's methods take them. */
export type Coordinates = { readonly owner: string; readonly repo: string }

/**
 * Both of GitHub's APIs, for one repository. Every answer is either read whole and of the promised shape, or an error:
 * octokit alone takes a cut answer for an empty one.
 */
export type GitHubClient = {
  /** `owner/name` */
  readonly repository: () => string
  /** Uses GitHub's own spelling from now on: under an old name, writes would be redirected. */
  readonly useName: (repository: string) => void
  /** A GraphQL query, which gets `$owner` and `$name` of the repository; retried. */
  readonly query: <T>(query: string, variables: object, schema: z.ZodType<T>) => Promise<T>
  /** A GraphQL mutation; sent once, since a lost response may belong to a write that was made. */
  readonly mutate: <T>(mutation: string, variables: object, schema: z.ZodType<T>) => Promise<T>
  /** A REST call that may be repeated without harm. */
  readonly rest: <T>(schema: z.ZodType<T>, call: RestCall) => Promise<T>
  /** A REST call that may not be repeated. */
  readonly restOnce: <T>(schema: z.ZodType<T>, call: RestCall) => Promise<T>
  /** Requests sent so far, retries included. */
  readonly requests: () => number
}

export type RestCall = (octokit: Octokit, at: Coordinates) => Promise<{ readonly data: unknown }>

export type GitHubClientOptions = {
  readonly token: string
  /** `GITHUB_API_URL` and `GITHUB_GRAPHQL_URL`. */
  readonly apiUrl: string
  readonly graphqlUrl: string
  /** `owner/name` */
  readonly repository: string
  readonly policy: RetryPolicy
  readonly transport: Transport
  readonly clock: Clock
  readonly budget: () => WaitBudget
  readonly log: { readonly debug: (line: string) => void; readonly info: (line: string) => void }
}

export function createGitHubClient(options: GitHubClientOptions): GitHubClient {
  let requests = 0
  let repository = options.repository
  const coordinates = (): Coordinates => {
    const [owner = '', repo = ''] = repository.split('/')
    return { owner, repo }
  }
  const octokitFor = (repeatable: boolean): Octokit =>
    getOctokit(options.token, {
      baseUrl: options.apiUrl,
      request: { fetch: fetchWithRetries(options, repeatable, () => (requests += 1)) },
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    })
  const repeating = octokitFor(true)
  const once = octokitFor(false)

  const graphql = async (octokit: Octokit, query: string, variables: object): Promise<unknown> => {
    const answer = await octokit
      .request({ method: 'POST', url: options.graphqlUrl, query, variables })
      .catch((error: unknown) => {
        throw errorFromOctokit(error, repository)
      })
    return answer.data
  }

  const graphqlData = async <T>(
    octokit: Octokit,
    text: string,
    variables: object,
    schema: z.ZodType<T>,
  ): Promise<T> => {
    const { data, errors } = envelope(await graphql(octokit, text, variables))
    if (errors.length > 0) throw errorFromGraphql(errors, repository)
    return parsed(schema, data, 'GraphQL response')
  }

  const rest = async <T>(octokit: Octokit, schema: z.ZodType<T>, call: RestCall): Promise<T> => {
    const answer = await call(octokit, coordinates()).catch((error: unknown) => {
      throw errorFromOctokit(error, repository)
    })
    return parsed(schema, answer.data, 'REST request')
  }

  return {
    repository: () => repository,
    useName: (name) => {
      repository = name
    },
    query: (text, variables, schema) => {
      const { owner, repo: name } = coordinates()
      return graphqlData(repeating, text, { owner, name, ...variables }, schema)
    },
    mutate: (text, variables, schema) => graphqlData(once, text, variables, schema),
    rest: (schema, call) => rest(repeating, schema, call),
    restOnce: (schema, call) => rest(once, schema, call),
    requests: () => requests,
  }
}

function ignore(): void {
  return undefined
}

const problem = z.object({
  type: z.string().default('UNKNOWN'),
  message: z.string(),
})

const envelopeSchema = z.object({
  data: z.unknown().optional(),
  errors: z.array(problem).default([]),
})

function envelope(answer: unknown): { data?: unknown; errors: GraphqlProblem[] } {
  return parsed(envelopeSchema, answer, 'GraphQL request')
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw unusableResponse(`${what}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`)
}

/** The `fetch` that octokit gets: our transport, with retries, giving only answers read whole. */
function fetchWithRetries(options: GitHubClientOptions, repeatable: boolean, count: () => void) {
  return async (
    url: string,
    init: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<Response> => {
    const { transport, clock, log } = options
    const method = init.method ?? 'GET'
    const send = async () => {
      count()
      const started = clock.now()
      const result = await transport.send({
        method,
        url,
        headers: init.headers ?? {},
        ...(init.body === undefined ? {} : { body: init.body }),
      })
      const outcome = result.kind === 'response' ? result.status : result.detail
      log.debug(`GitHub ${method} ${url} -> ${outcome}, ${clock.now() - started} ms`)
      return result
    }
    const retried: Retried = await sendWithRetries({
      send,
      classify: (result) => classifyResult(result, clock.now(), repeatable),
      policy: options.policy,
      clock,
      budget: options.budget(),
      onRetry: (why, waitMs, retry) =>
        log.info(`GitHub: ${why}; retry ${retry} in ${(waitMs / 1000).toFixed(1)} s`),
    })
    return responseOf(retried, repeatable, options)
  }
}

function responseOf(retried: Retried, repeatable: boolean, options: GitHubClientOptions): Response {
  const { result } = retried
  if (result.kind === 'failure' || retried.waitEndsAt !== undefined) {
    throw connectionError(retried, options.apiUrl, !repeatable)
  }
  const { status, headers, text } = result
  if (status >= 200 && status < 300 && status !== 204 && parseJson(text) === undefined) {
    throw unusableResponse(`it is no whole JSON document (${text.length} characters)`, !repeatable)
  }
  if (status >= 500 && !repeatable) {
    throw new GitHubError(`GitHub answered HTTP ${status} to a write`, {
      status,
      outcomeUnknown: true,
      advice: 'Look at https://www.githubstatus.com; the next run will catch up.',
    })
  }
  const emptyBody = status === 204 || status === 205 || status === 304
  return new Response(emptyBody ? null : text, { status, headers: bodyHeaders(headers) })
}

/** The body has been decoded and measured already. */
function bodyHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !['content-encoding', 'content-length', 'transfer-encoding'].includes(name),
    ),
  )
}

import { getOctokit } from '@actions/github'
import { z } from 'zod'
import {
  errorFromGraphql,
  errorFromOctokit,
  invalidResponse,
  type GraphqlProblem,
  type Purpose,
} from './errors.ts'
import { fetchWithRetries, type FetchOptions } from './fetch.ts'

export type Octokit = ReturnType<typeof getOctokit>

/** A repository in the form that octokit's methods expect. */
export type Coordinates = { readonly owner: string; readonly repo: string }

/**
 * GitHub's GraphQL and REST APIs, for one repository. A response that is truncated or does not match
 * its schema is an error, whereas octokit itself treats a truncated response as an empty one.
 */
export type GitHubClient = {
  /** `owner/name` */
  readonly repository: () => string
  /** The repository's node id; empty before `identify`. */
  readonly repositoryId: () => string
  /**
   * Sets the repository's node id and its name as GitHub spells it, because writes to a former name
   * are redirected.
   */
  readonly identify: (repository: string, id: string) => void
  /** Sends a GraphQL query, with retries. Sets `$owner` and `$name` to the repository's. */
  readonly query: <T>(query: string, variables: object, schema: z.ZodType<T>) => Promise<T>
  /** Sends a GraphQL mutation once: if the response is lost, the write may still have succeeded. */
  readonly mutate: <T>(
    purpose: Purpose,
    mutation: string,
    variables: object,
    schema: z.ZodType<T>,
  ) => Promise<T>
  /** Makes a REST call that is safe to repeat, with retries. */
  readonly rest: <T>(purpose: Purpose, schema: z.ZodType<T>, call: RestCall) => Promise<T>
  /** Makes a REST call that is not safe to repeat. */
  readonly restOnce: <T>(purpose: Purpose, schema: z.ZodType<T>, call: RestCall) => Promise<T>
  /** Requests sent so far, retries included. */
  readonly requests: () => number
}

export type RestCall = (octokit: Octokit, at: Coordinates) => Promise<{ readonly data: unknown }>

export type GitHubClientOptions = FetchOptions & {
  readonly token: string
  /** `GITHUB_GRAPHQL_URL` */
  readonly graphqlUrl: string
  /** `owner/name` */
  readonly repository: string
}

export function createGitHubClient(options: GitHubClientOptions): GitHubClient {
  let requests = 0
  let repository = options.repository
  let repositoryId = ''
  const coordinates = (): Coordinates => {
    const [owner = '', repo = ''] = repository.split('/')
    return { owner, repo }
  }
  const createOctokit = (repeatable: boolean): Octokit =>
    getOctokit(options.token, {
      baseUrl: options.apiUrl,
      request: { fetch: fetchWithRetries(options, repeatable, () => (requests += 1)) },
      log: { debug: discard, info: discard, warn: discard, error: discard },
    })
  const retrying = createOctokit(true)
  const once = createOctokit(false)

  const post = async (
    octokit: Octokit,
    purpose: Purpose,
    query: string,
    variables: object,
  ): Promise<unknown> => {
    const response = await octokit
      .request({ method: 'POST', url: options.graphqlUrl, query, variables })
      .catch((error: unknown) => {
        throw errorFromOctokit(error, repository, purpose)
      })
    return response.data
  }

  const queryGraphql = async <T>(
    octokit: Octokit,
    purpose: Purpose,
    text: string,
    variables: object,
    schema: z.ZodType<T>,
  ): Promise<T> => {
    const { data, errors } = parseEnvelope(await post(octokit, purpose, text, variables))
    if (errors.length > 0) throw errorFromGraphql(errors, repository, purpose)
    return parseResponse(schema, data, 'GraphQL response')
  }

  const rest = async <T>(
    octokit: Octokit,
    purpose: Purpose,
    schema: z.ZodType<T>,
    call: RestCall,
  ): Promise<T> => {
    const response = await call(octokit, coordinates()).catch((error: unknown) => {
      throw errorFromOctokit(error, repository, purpose)
    })
    return parseResponse(schema, response.data, 'REST request')
  }

  return {
    repository: () => repository,
    repositoryId: () => repositoryId,
    identify: (name, id) => {
      repository = name
      repositoryId = id
    },
    query: (text, variables, schema) => {
      const { owner, repo: name } = coordinates()
      return queryGraphql(retrying, 'read', text, { owner, name, ...variables }, schema)
    },
    mutate: (purpose, text, variables, schema) =>
      queryGraphql(once, purpose, text, variables, schema),
    rest: (purpose, schema, call) => rest(retrying, purpose, schema, call),
    restOnce: (purpose, schema, call) => rest(once, purpose, schema, call),
    requests: () => requests,
  }
}

function discard(): void {
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

function parseEnvelope(body: unknown): { data?: unknown; errors: GraphqlProblem[] } {
  return parseResponse(envelopeSchema, body, 'GraphQL request')
}

function parseResponse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw invalidResponse(`${what}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`)
}

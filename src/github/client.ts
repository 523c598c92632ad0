import type { z } from 'zod'
import type { ReportProgress } from '../core/runtime.ts'
import { prose } from '../core/text/prose.ts'
import type { Contact } from '../http/retry.ts'
import { errorFromGraphql, errorFromOctokit } from './errors.ts'
import { hasData, isForbiddenField, readGraphqlBody, type GraphqlBody } from './graphql-body.ts'
import { createOctokit, type Coordinates, type Octokit, type OctokitOptions } from './octokit.ts'
import { parseResponse, unexpected } from './parse-response.ts'
import type { Context, Purpose } from './refusal.ts'
import { repeatUnexpected } from './repeat-unexpected.ts'
import { createWriteTracker, type WriteState } from './writes.ts'

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
  readonly query: <T>(
    query: string,
    variables: object,
    schema: z.ZodType<T>,
    /** A field that the token need not be allowed to read; it is null then. */
    optionalField?: string,
  ) => Promise<T>
  /**
   * Sends a query that can be divided among several.
   *
   * @throws GitHubError with reason `too-large` if GitHub takes too long for it or has to compute too much.
   */
  readonly queryDivisible: GitHubClient['query']
  /**
   * Sends a GraphQL mutation once. It succeeded if the response has its data, whatever `errors` says.
   *
   * @throws GitHubError with `outcomeUnknown`, unless GitHub certainly did not carry it out.
   */
  readonly mutate: <T>(
    purpose: Purpose,
    mutation: string,
    variables: object,
    schema: z.ZodType<T>,
  ) => Promise<T>
  /** Sends a GraphQL mutation that is safe to repeat because GitHub rejects it, with retries. */
  readonly probe: <T>(
    purpose: Purpose,
    mutation: string,
    variables: object,
    schema: z.ZodType<T>,
  ) => Promise<T>
  /** Makes a REST call that is safe to repeat, with retries. */
  readonly rest: <T>(purpose: Purpose, schema: z.ZodType<T>, call: RestCall) => Promise<T>
  /** Makes a REST call that is not safe to repeat; throws like `mutate`. */
  readonly restOnce: <T>(purpose: Purpose, schema: z.ZodType<T>, call: RestCall) => Promise<T>
  /** Whether something was changed on GitHub. */
  readonly writes: () => WriteState
  /** Requests sent so far, retries included. */
  readonly requests: () => number
  readonly progress: ReportProgress
}

export type RestCall = (octokit: Octokit, at: Coordinates) => Promise<{ readonly data: unknown }>

export type GitHubClientOptions = OctokitOptions & {
  /** `owner/name` */
  readonly repository: string
  readonly progress: ReportProgress
}

export function createGitHubClient(options: GitHubClientOptions): GitHubClient {
  const contact: Contact = { made: false }
  let requests = 0
  let repository = options.repository
  let repositoryId = ''
  const coordinates = (): Coordinates => {
    const [owner = '', repo = ''] = repository.split('/')
    return { owner, repo }
  }
  const contextOf = (purpose: Purpose, isDivisible = false): Context => ({
    repository,
    purpose,
    isDivisible,
  })
  const connect = (isRepeatable: boolean, isDivisible = false): Octokit =>
    createOctokit(options, { isRepeatable, isDivisible }, contact, () => {
      requests += 1
    })
  const writes = createWriteTracker()
  const retrying = connect(true)
  const once = connect(false)
  let divisible: Octokit | undefined

  const post = async (
    octokit: Octokit,
    purpose: Purpose,
    query: string,
    variables: object,
  ): Promise<GraphqlBody> => {
    const response = await octokit
      .request({ method: 'POST', url: options.graphqlUrl, query, variables })
      .catch((error: unknown) => {
        throw errorFromOctokit(error, contextOf(purpose, octokit === divisible))
      })
    const body = readGraphqlBody(response.data)
    if (body !== undefined) return body
    throw unexpected(prose`it is not a GraphQL response`, octokit === once)
  }

  const read = <T>(
    octokit: Octokit,
    purpose: Purpose,
    text: string,
    variables: object,
    schema: z.ZodType<T>,
    optionalField?: string,
  ): Promise<T> =>
    repeatUnexpected(options, true, async () => {
      const body = await post(octokit, purpose, text, variables)
      const { data } = body
      const errors = body.errors.filter((error) => !isForbiddenField(error, optionalField))
      if (errors.length > 0) {
        const request = { isWrite: false, hasData: hasData(data) }
        throw errorFromGraphql(errors, contextOf(purpose, octokit === divisible), request)
      }
      return parseResponse(schema, data, prose`GraphQL response`, false)
    })

  const queryWith = <T>(
    octokit: Octokit,
    text: string,
    variables: object,
    schema: z.ZodType<T>,
    optionalField?: string,
  ) => {
    const { owner, repo: name } = coordinates()
    return read(octokit, 'read', text, { owner, name, ...variables }, schema, optionalField)
  }

  const mutate: GitHubClient['mutate'] = (purpose, text, variables, schema) =>
    repeatUnexpected(options, false, async () => {
      const { data, errors } = await post(once, purpose, text, variables)
      const isDone = hasData(data)
      if (errors.length > 0 && !(isDone && schema.safeParse(data).success)) {
        throw errorFromGraphql(errors, contextOf(purpose), { isWrite: true, hasData: isDone })
      }
      if (!isDone) throw unexpected(prose`it has no data`, true)
      return parseResponse(schema, data, prose`GraphQL response`, true)
    })

  const rest = <T>(
    octokit: Octokit,
    purpose: Purpose,
    schema: z.ZodType<T>,
    call: RestCall,
  ): Promise<T> =>
    repeatUnexpected(options, octokit === retrying, async () => {
      const response = await call(octokit, coordinates()).catch((error: unknown) => {
        throw errorFromOctokit(error, contextOf(purpose))
      })
      return parseResponse(schema, response.data, prose`REST request`, octokit === once)
    })

  return {
    repository: () => repository,
    repositoryId: () => repositoryId,
    identify: (name, id) => {
      repository = name
      repositoryId = id
    },
    query: (...request) => queryWith(retrying, ...request),
    queryDivisible: (...request) => {
      divisible ??= connect(true, true)
      return queryWith(divisible, ...request)
    },
    mutate: (...request) => writes.track(() => mutate(...request)),
    probe: (...request) => read(retrying, ...request),
    // Git's objects are invisible until a branch points to them.
    rest: (purpose, schema, call) => {
      const send = () => rest(retrying, purpose, schema, call)
      return purpose === 'pull-request' ? writes.track(send) : send()
    },
    restOnce: (purpose, schema, call) => writes.track(() => rest(once, purpose, schema, call)),
    writes: writes.state,
    requests: () => requests,
    progress: options.progress,
  }
}

import { schema as published } from '@octokit/graphql-schema'
import {
  buildSchema,
  execute,
  parse,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql'
import { requireRepository, type GraphqlContext } from './context.ts'
import { GraphqlError } from './error.ts'
import { mutations } from './mutations.ts'
import { repositoryObject } from './repository-objects.ts'

export type GraphqlResponse = {
  readonly body: object
  readonly headers: Readonly<Record<string, string>>
}

let schema: GraphQLSchema | undefined

/** A query as it was parsed, and what GitHub's schema says against it. */
type Query = { readonly document: DocumentNode; readonly problems: readonly GraphQLError[] }

const queriesByText = new Map<string, Query>()

/** Executes a request against GitHub's published schema and reports what GitHub would reject. */
export async function executeGraphql(
  body: { readonly query?: unknown; readonly variables?: unknown },
  context: GraphqlContext,
  reportViolation: (text: string) => void,
): Promise<GraphqlResponse> {
  if (typeof body.query !== 'string') {
    return { body: { message: 'A query attribute must be specified' }, headers: {} }
  }
  schema ??= readSchema()
  const { document, problems } = readQuery(schema, body.query)
  if (problems.length > 0) {
    reportViolation(`GraphQL: ${problems.map(({ message }) => message).join('; ')}`)
    return { body: { errors: problems.map(({ message }) => ({ message })) }, headers: {} }
  }
  const result = await execute({
    schema,
    document,
    rootValue: { ...queries(context), ...mutations(context) },
    contextValue: context,
    variableValues: (body.variables ?? {}) as Record<string, unknown>,
    fieldResolver: strictResolver(reportViolation),
  })
  return responseOf(result)
}

/** Not every test needs it. Two thirds of the time would go to the descriptions and the locations. */
function readSchema(): GraphQLSchema {
  const text = published.idl.replace(/"""[^]*?"""/g, '')
  return buildSchema(text, { assumeValid: true, noLocation: true })
}

/** A file of tests sends the same few queries hundreds of times. */
function readQuery(schema: GraphQLSchema, text: string): Query {
  const known = queriesByText.get(text)
  if (known !== undefined) return known
  const document = parse(text)
  const query = { document, problems: validate(schema, document) }
  queriesByText.set(text, query)
  return query
}

function queries(context: GraphqlContext): object {
  return {
    repository: ({ owner, name }: { owner: string; name: string }) =>
      repositoryObject(requireRepository(context, `${owner}/${name}`), context.token),
    viewer: { login: 'github-actions[bot]' },
    rateLimit: { limit: 1000, remaining: 999, cost: 1, used: 1 },
  }
}

/** A field that the stand-in lacks is an error; by default it would resolve to null. */
function strictResolver(
  reportViolation: (text: string) => void,
): GraphQLFieldResolver<unknown, unknown> {
  return (source, args, context, info) => {
    const object = source as Readonly<Record<string, unknown>>
    if (!(info.fieldName in object)) {
      reportViolation(`GraphQL: ${info.parentType.name}.${info.fieldName} is not in the stand-in`)
      throw new Error('not in the stand-in')
    }
    const value = object[info.fieldName]
    return typeof value === 'function'
      ? (value as (args: unknown, context: unknown) => unknown)(args, context)
      : value
  }
}

function responseOf({ data, errors = [] }: ExecutionResult): GraphqlResponse {
  if (errors.length === 0) return { body: { data }, headers: {} }
  const headers = errors.map(({ originalError }) =>
    originalError instanceof GraphqlError ? originalError.details.headers : {},
  )
  return {
    body: { data, errors: errors.map(errorObject) },
    headers: Object.assign({}, ...headers) as GraphqlResponse['headers'],
  }
}

function errorObject({ originalError, path, locations, message }: GraphQLError): object {
  if (!(originalError instanceof GraphqlError)) return { path, locations, message }
  const { type, details } = originalError
  const { extensions } = details
  return { type, path, ...(extensions === undefined ? {} : { extensions }), locations, message }
}

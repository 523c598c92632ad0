import { schema as published } from '@octokit/graphql-schema'
import {
  buildSchema,
  execute,
  parse,
  validate,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql'
import { requireRepository, type GraphqlContext } from './context.ts'
import { GraphqlError } from './error.ts'
import { mutations } from './mutations.ts'
import { repositoryObject } from './repository-objects.ts'

let schema: GraphQLSchema | undefined

/** Executes a request against GitHub's published schema and reports what GitHub would reject. */
export async function executeGraphql(
  body: { readonly query?: unknown; readonly variables?: unknown },
  context: GraphqlContext,
  reportViolation: (text: string) => void,
): Promise<unknown> {
  // Building the schema takes about a second, and not every test needs it.
  schema ??= buildSchema(published.idl, { assumeValid: true })
  if (typeof body.query !== 'string') return { message: 'A query attribute must be specified' }
  const document = parse(body.query)
  const problems = validate(schema, document)
  if (problems.length > 0) {
    reportViolation(`GraphQL: ${problems.map(({ message }) => message).join('; ')}`)
    return { errors: problems.map(({ message }) => ({ message })) }
  }
  const result = await execute({
    schema,
    document,
    rootValue: { ...queries(context), ...mutations(context) },
    variableValues: (body.variables ?? {}) as Record<string, unknown>,
    fieldResolver: strictResolver(reportViolation),
  })
  return withErrorTypes(result)
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

function withErrorTypes({ data, errors }: ExecutionResult): object {
  return errors === undefined ? { data } : { data, errors: errors.map(errorObject) }
}

function errorObject({ originalError, path, locations, message }: GraphQLError): object {
  const type = originalError instanceof GraphqlError ? { type: originalError.type } : {}
  return { ...type, path, locations, message }
}

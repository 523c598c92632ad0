import {
  buildSchema,
  execute,
  GraphQLError,
  parse,
  validate,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql'
import { schema as published } from '@octokit/graphql-schema'
import { GraphqlRefusal, type Token } from './answer.ts'
import { mutations } from './graphql-mutations.ts'
import { queries } from './graphql-objects.ts'
import type { Repository } from './repository.ts'

/** What resolvers need of the server. */
export type GraphqlContext = {
  readonly token: Token
  readonly find: (nameWithOwner: string) => Repository | undefined
  readonly findById: (id: string) => Repository | undefined
}

let built: GraphQLSchema | undefined

/** Answers a request by GitHub's own published schema; what GitHub would not know is a violation. */
export const answerGraphql = async (
  body: { readonly query?: unknown; readonly variables?: unknown },
  context: GraphqlContext,
  violation: (text: string) => void,
): Promise<unknown> => {
  built ??= buildSchema(published.idl, { assumeValid: true })
  if (typeof body.query !== 'string') return { message: 'A query attribute must be specified' }
  const document = parse(body.query)
  const problems = validate(built, document)
  if (problems.length > 0) {
    violation(`GraphQL: ${problems.map(({ message }) => message).join('; ')}`)
    return { errors: problems.map(({ message }) => ({ message })) }
  }
  const result = await execute({
    schema: built,
    document,
    rootValue: { ...queries(context), ...mutations(context) },
    variableValues: (body.variables ?? {}) as Record<string, unknown>,
    fieldResolver: (source: unknown, args, resolveContext, info) => {
      const object = source as Readonly<Record<string, unknown>>
      if (!(info.fieldName in object)) {
        violation(`GraphQL: ${info.parentType.name}.${info.fieldName} is not in the stand-in`)
        throw new Error('not in the stand-in')
      }
      const value = object[info.fieldName]
      return typeof value === 'function'
        ? (value as (a: unknown, c: unknown) => unknown)(args, resolveContext)
        : value
    },
  })
  return withTypes(result)
}

const withTypes = ({ data, errors }: ExecutionResult): unknown => ({
  data,
  ...(errors === undefined
    ? {}
    : {
        errors: errors.map((error: GraphQLError) => ({
          ...(error.originalError instanceof GraphqlRefusal
            ? { type: error.originalError.type }
            : {}),
          path: error.path,
          locations: error.locations,
          message: error.message,
        })),
      }),
})

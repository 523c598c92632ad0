import type { Repository } from '../repository.ts'
import type { Token } from '../tokens.ts'
import { GraphqlError } from './error.ts'

/** The token of a request and the repositories that it reaches. */
export type GraphqlContext = {
  readonly token: Token
  readonly find: (fullName: string) => Repository | undefined
  readonly findById: (id: string) => Repository | undefined
}

export function requireRepository(context: GraphqlContext, fullName: string): Repository {
  const repository = context.find(fullName)
  if (repository !== undefined) return repository
  throw new GraphqlError(
    'NOT_FOUND',
    `Could not resolve to a Repository with the name '${fullName}'.`,
  )
}

export function requireWriteAccess({ token }: GraphqlContext): void {
  if (token.contents !== 'write') {
    throw new GraphqlError('FORBIDDEN', 'Resource not accessible by integration')
  }
}

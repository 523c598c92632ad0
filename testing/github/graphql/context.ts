import { denialFor, missingPermissionMessage } from '../access.ts'
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
  if (repository !== undefined) {
    refuseIfDenied(context, repository, false)
    return repository
  }
  throw new GraphqlError(
    'NOT_FOUND',
    `Could not resolve to a Repository with the name '${fullName}'.`,
  )
}

/** Throws unless the token may run `mutation`, e.g. `CreateCommitOnBranch`. */
export function requireWriteAccess(
  context: GraphqlContext,
  repository: Repository,
  mutation: string,
): void {
  refuseIfDenied(context, repository, true)
  const { token } = context
  if (token.contents === 'write') return
  throw new GraphqlError(
    'FORBIDDEN',
    token.kind === 'classic'
      ? // Source: github.com/cli/cli/issues/6562.
        `octocat does not have the correct permissions to execute \`${mutation}\``
      : missingPermissionMessage(token),
  )
}

function refuseIfDenied({ token }: GraphqlContext, repository: Repository, isWrite: boolean): void {
  const denial = denialFor(token, repository, isWrite)
  if (denial === undefined) return
  throw new GraphqlError('FORBIDDEN', denial.message, denial)
}

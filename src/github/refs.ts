import { z } from 'zod'
import { GitHubError } from '../errors.ts'
import type { GitHubClient } from './client.ts'
import { diagnoseGraphql } from './diagnose.ts'

/** Git's way to say "no such branch" in a compare-and-swap. */
const nowhere = '0'.repeat(40)

const mutation = `mutation Move($input: UpdateRefsInput!) {
  updateRefs(input: $input) { clientMutationId }
}`

/**
 * Moves, creates (`from` undefined) or deletes (`to` undefined) a branch in one compare-and-swap
 * step. Only for the action's own branch: it may move backwards.
 *
 * @returns false when the branch is no longer at `from`.
 */
export async function moveBranch(
  client: GitHubClient,
  options: {
    readonly repositoryId: string
    readonly repository: string
    readonly branch: string
    readonly from: string | undefined
    readonly to: string | undefined
  },
): Promise<boolean> {
  const result = await client.mutate(
    mutation,
    {
      input: {
        repositoryId: options.repositoryId,
        refUpdates: [
          {
            name: `refs/heads/${options.branch}`,
            beforeOid: options.from ?? nowhere,
            afterOid: options.to ?? nowhere,
            force: true,
          },
        ],
      },
    },
    z.object({ updateRefs: z.unknown() }),
  )
  if (result.kind === 'done') return true
  const error = diagnoseGraphql(result.problems, options.repository)
  if (result.problems.some(({ type }) => type === 'FORBIDDEN') || isRule(error)) throw error
  return false
}

/** A rule is no race: trying again would end the same way. */
function isRule(error: GitHubError): boolean {
  return error.message.includes('rule of')
}

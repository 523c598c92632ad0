import { z } from 'zod'
import type { GitHubClient } from './client.ts'
import type { Purpose } from './refusal.ts'

export type BranchMove = {
  readonly branch: string
  /** Undefined: the branch must not exist. */
  readonly from: string | undefined
  /** Undefined: delete the branch. */
  readonly to: string | undefined
  /** Whether commits may be removed from the branch. */
  readonly force: boolean
}

/** Stands for "no such branch" in a compare-and-swap, as in Git. */
const zeroOid = '0'.repeat(40)

const mutation = `mutation Move($input: UpdateRefsInput!) {
  updateRefs(input: $input) { clientMutationId }
}`

const response = z.object({
  updateRefs: z.object({ clientMutationId: z.string().nullish() }),
})

/**
 * Moves, creates or deletes a branch in one compare-and-swap step. REST cannot do that: without
 * `force` it also accepts a branch that was moved back in the meantime.
 *
 * @throws GitHubError with reason `branch-moved` if the branch is not at `from`.
 */
export async function moveBranch(
  client: GitHubClient,
  purpose: Purpose,
  { branch, from = zeroOid, to = zeroOid, force }: BranchMove,
): Promise<void> {
  const refUpdates = [{ name: `refs/heads/${branch}`, beforeOid: from, afterOid: to, force }]
  const input = { repositoryId: client.repositoryId(), refUpdates }
  await client.mutate(purpose, mutation, { input }, response)
}

import { z } from 'zod'
import type { GitHubClient } from './client.ts'
import { fullMessage, type CommitRequest } from './commit-request.ts'

const query = `query Landed($owner: String!, $name: String!, $ref: String!) {
  repository(owner: $owner, name: $name) {
    ref(qualifiedName: $ref) {
      target { ... on Commit {
        history(first: 50) { nodes { oid url message parents(first: 1) { nodes { oid } } } }
      } }
    }
  }
}`

const answer = z.object({
  repository: z.object({
    ref: z
      .object({
        target: z.object({
          history: z.object({
            nodes: z.array(
              z.object({
                oid: z.string(),
                url: z.string(),
                message: z.string(),
                parents: z.object({ nodes: z.array(z.object({ oid: z.string() })) }),
              }),
            ),
          }),
        }),
      })
      .nullable(),
  }),
})

/**
 * Looks for a commit whose answer was lost: a child of the expected head with exactly its message.
 * Only one commit can have become the child of that head, so there is no mistaking it.
 */
export async function findLanded(
  client: GitHubClient,
  request: CommitRequest,
): Promise<{ sha: string; url: string } | undefined> {
  const [owner = '', name = ''] = request.repository.split('/')
  const variables = { owner, name, ref: `refs/heads/${request.branch}` }
  const { repository } = await client.query(query, variables, answer)
  const message = fullMessage(request)
  const found = repository.ref?.target.history.nodes.find(
    (node) =>
      node.parents.nodes[0]?.oid === request.expectedHead && node.message.trim() === message.trim(),
  )
  return found === undefined ? undefined : { sha: found.oid, url: found.url }
}

import { z } from 'zod'
import type { CommitRequest } from '../core/changes.ts'
import type { FileEdit } from '../core/entry.ts'
import { list } from '../http/list.ts'
import type { GitHubClient } from './client.ts'
import { commitByGitData, fullMessage, type Commit } from './git-data.ts'

/** A larger GraphQL request would exceed GitHub's limit of 10 seconds. */
const mutationLimits = { files: 500, base64Bytes: 4 * 1024 * 1024 }

/**
 * Commits all edits to the branch in one commit, or nothing.
 *
 * @throws GitHubError with reason `branch-moved` if the branch is no longer at the snapshot's head.
 */
export function commitToBranch(client: GitHubClient, request: CommitRequest): Promise<Commit> {
  return fitsInMutation(request.edits)
    ? commitByMutation(client, request)
    : commitByGitData(client, request)
}

/** Executable files never fit: `createCommitOnBranch` sets the mode of every file to 100644. */
function fitsInMutation(edits: readonly FileEdit[]): boolean {
  const bytes = edits.reduce((sum, { after = '' }) => sum + Buffer.byteLength(after), 0)
  const executable = edits.some((edit) => edit.executable && edit.after !== undefined)
  return (
    edits.length <= mutationLimits.files &&
    (bytes * 4) / 3 <= mutationLimits.base64Bytes &&
    !executable
  )
}

const mutation = `mutation Commit($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid url signature { isValid } } }
}`

/** Null if the commit is not signed, as on an Enterprise Server that does not sign commits. */
const signature = z.object({ isValid: z.boolean() }).nullable()

const mutationResponse = z.object({
  createCommitOnBranch: z.object({
    commit: z.object({
      oid: z.string(),
      url: z.string(),
      signature,
    }),
  }),
})

async function commitByMutation(client: GitHubClient, request: CommitRequest): Promise<Commit> {
  const { snapshot, headline, body, edits } = request
  client.progress('uploaded', 0, edits.length, 'file')
  const additions = edits.flatMap(({ path, after }) =>
    after === undefined ? [] : [{ path, contents: Buffer.from(after).toString('base64') }],
  )
  const deletions = edits.flatMap(({ path, after }) => (after === undefined ? [{ path }] : []))
  const { createCommitOnBranch } = await client.mutate(
    'commit',
    mutation,
    {
      input: {
        branch: { repositoryNameWithOwner: client.repository(), branchName: snapshot.branch },
        expectedHeadOid: snapshot.head,
        message: { headline, body },
        // A list that is null, unlike one that is absent, makes the request fail with an obscure error.
        fileChanges: {
          ...(additions.length > 0 ? { additions } : {}),
          ...(deletions.length > 0 ? { deletions } : {}),
        },
      },
    },
    mutationResponse,
  )
  const { oid, url, signature: signed } = createCommitOnBranch.commit
  return { sha: oid, url, verified: signed?.isValid ?? false }
}

const historyQuery = `query History($owner: String!, $name: String!, $ref: String!) {
  repository(owner: $owner, name: $name) {
    ref(qualifiedName: $ref) {
      target { ... on Commit {
        history(first: 100) {
          nodes { oid url message signature { isValid } parents(first: 1) { nodes { oid } } }
        }
      } }
    }
  }
}`

const historyResponse = z.object({
  repository: z.object({
    ref: z
      .object({
        target: z.object({
          history: z.object({
            nodes: list(
              z.object({
                oid: z.string(),
                url: z.string(),
                message: z.string(),
                signature,
                parents: z.object({ nodes: list(z.object({ oid: z.string() })) }),
              }),
            ),
          }),
        }),
      })
      .nullable(),
  }),
})

/**
 * Looks for the commit of one of several requests whose responses were lost: a child of the expected
 * head with exactly the same message. The branch can only have one such child; only an identical job
 * could have made it instead.
 *
 * @param requests for one branch.
 */
export async function findCommit<T extends CommitRequest>(
  client: GitHubClient,
  requests: readonly T[],
): Promise<{ readonly request: T; readonly commit: Commit } | undefined> {
  const [first] = requests
  if (first === undefined) return undefined
  const variables = { ref: `refs/heads/${first.snapshot.branch}` }
  const { repository } = await client.query(historyQuery, variables, historyResponse)
  const nodes = repository.ref?.target.history.nodes ?? []
  for (const request of requests) {
    const message = fullMessage(request).trim()
    const found = nodes.find(
      (node) =>
        node.parents.nodes[0]?.oid === request.snapshot.head && node.message.trim() === message,
    )
    if (found === undefined) continue
    const { oid, url, signature: signed } = found
    return { request, commit: { sha: oid, url, verified: signed?.isValid ?? false } }
  }
  return undefined
}

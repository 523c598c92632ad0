import { z } from 'zod'
import type { FileEdit } from '../core/result.ts'
import { GitHubError } from '../errors.ts'
import type { GitHubClient } from './client.ts'
import type { CommitRequest, CommitResult } from './commit-request.ts'
import { diagnoseGraphql } from './diagnose.ts'
import { commitByGitData } from './git-data.ts'

/** Beyond this one GraphQL call would run into GitHub's limit of 10 seconds. */
const limits = { files: 500, base64Bytes: 4 * 1024 * 1024 }

const mutation = `mutation Commit($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid url } }
}`

const answer = z.object({
  createCommitOnBranch: z.object({ commit: z.object({ oid: z.string(), url: z.string() }) }),
})

/** Makes one commit of all the files, or none. */
export async function commit(client: GitHubClient, request: CommitRequest): Promise<CommitResult> {
  try {
    return fitsOneMutation(request.edits)
      ? await commitByMutation(client, request)
      : await commitByGitData(client, request)
  } catch (error) {
    if (error instanceof GitHubError && error.outcomeUnknown) return { kind: 'unknown', error }
    throw error
  }
}

/** `createCommitOnBranch` would also make every file 100644. */
function fitsOneMutation(files: readonly FileEdit[]): boolean {
  const bytes = files.reduce((sum, file) => sum + Buffer.byteLength(file.after ?? ''), 0)
  const executable = files.some((file) => file.executable && file.after !== undefined)
  return files.length <= limits.files && (bytes * 4) / 3 <= limits.base64Bytes && !executable
}

async function commitByMutation(
  client: GitHubClient,
  request: CommitRequest,
): Promise<CommitResult> {
  const additions = request.edits.flatMap(({ path, after }) =>
    after === undefined ? [] : [{ path, contents: Buffer.from(after).toString('base64') }],
  )
  const deletions = request.edits.flatMap(({ path, after }) =>
    after === undefined ? [{ path }] : [],
  )
  const result = await client.mutate(
    mutation,
    {
      input: {
        branch: { repositoryNameWithOwner: request.repository, branchName: request.branch },
        expectedHeadOid: request.expectedHead,
        message: { headline: request.headline, body: request.body },
        // A list that is there but null fails with an opaque error.
        fileChanges: {
          ...(additions.length > 0 ? { additions } : {}),
          ...(deletions.length > 0 ? { deletions } : {}),
        },
      },
    },
    answer,
  )
  if (result.kind === 'done') {
    const { oid, url } = result.data.createCommitOnBranch.commit
    return { kind: 'committed', sha: oid, url, verified: true }
  }
  if (result.problems.some(({ type }) => type === 'STALE_DATA')) return { kind: 'moved' }
  throw diagnoseGraphql(result.problems, request.repository)
}

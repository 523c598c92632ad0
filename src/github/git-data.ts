import { z } from 'zod'
import { GitHubError } from '../core/errors.ts'
import type { CommitReference, CommitRequest, FileEdit } from '../core/result.ts'
import type { GitHubClient } from './client.ts'

export type Commit = CommitReference & {
  /** Whether GitHub signed it. */
  readonly verified: boolean
}

/** The commit message as Git stores it. */
export function fullMessage({ headline, body }: CommitRequest): string {
  return body === '' ? headline : `${headline}\n\n${body}`
}

/** GitHub responds with 422 or 502 to trees of more than about 250 inline files or 2.5 MB. */
const treeLimits = { files: 200, bytes: 1_500_000 }

const created = z.object({ sha: z.string() })

const createdCommit = z.object({
  sha: z.string(),
  html_url: z.string(),
  verification: z.object({ verified: z.boolean() }).optional(),
})

/**
 * Creates one commit of any size with the Git data API: trees in batches, each based on the previous
 * one, then the commit, then a compare-and-swap of the branch. Nothing is visible before that last
 * step.
 */
export async function commitByGitData(
  client: GitHubClient,
  request: CommitRequest,
): Promise<Commit> {
  const commit = await createCommit(client, request)
  await client.restOnce('commit', z.object({ object: created }), (octokit, at) =>
    octokit.rest.git.updateRef({
      ...at,
      ref: `heads/${request.snapshot.branch}`,
      sha: commit.sha,
      force: false,
    }),
  )
  return commit
}

/**
 * Creates a commit without moving a branch. It sets neither author nor committer, because only then
 * does GitHub sign commits made with the workflow token or a GitHub App token.
 */
export async function createCommit(client: GitHubClient, request: CommitRequest): Promise<Commit> {
  const { snapshot, edits } = request
  let tree = snapshot.rootTree
  for (const batch of splitIntoBatches(edits)) tree = await createTree(client, tree, batch)
  const { sha, html_url, verification } = await client.rest(
    'commit',
    createdCommit,
    (octokit, at) =>
      octokit.rest.git.createCommit({
        ...at,
        tree,
        parents: [snapshot.head],
        message: fullMessage(request),
      }),
  )
  return { sha, url: html_url, verified: verification?.verified ?? false }
}

function splitIntoBatches(edits: readonly FileEdit[]): FileEdit[][] {
  const batches: FileEdit[][] = []
  let batch: FileEdit[] = []
  let bytes = 0
  for (const edit of edits) {
    const size = Buffer.byteLength(edit.after ?? '')
    if (
      batch.length === treeLimits.files ||
      (batch.length > 0 && bytes + size > treeLimits.bytes)
    ) {
      batches.push(batch)
      batch = []
      bytes = 0
    }
    batch.push(edit)
    bytes += size
  }
  return batch.length > 0 ? [...batches, batch] : batches
}

/** Halves a batch that is still too large for GitHub. */
async function createTree(
  client: GitHubClient,
  base: string,
  edits: readonly FileEdit[],
): Promise<string> {
  try {
    const { sha } = await client.rest('commit', created, (octokit, at) =>
      octokit.rest.git.createTree({ ...at, base_tree: base, tree: edits.map(treeEntry) }),
    )
    return sha
  } catch (error) {
    const tooLarge = error instanceof GitHubError && error.reason === 'too-large'
    if (!tooLarge || edits.length === 1) throw error
    const middle = Math.ceil(edits.length / 2)
    const first = await createTree(client, base, edits.slice(0, middle))
    return createTree(client, first, edits.slice(middle))
  }
}

function treeEntry({ path, after, executable }: FileEdit) {
  const mode = executable ? ('100755' as const) : ('100644' as const)
  const entry = { path, mode, type: 'blob' as const }
  return after === undefined ? { ...entry, sha: null } : { ...entry, content: after }
}

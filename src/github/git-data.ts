import { z } from 'zod'
import type { FileEdit } from '../core/result.ts'
import { GitHubError } from '../errors.ts'
import type { GitHubClient } from './client.ts'
import { fullMessage, type Commit, type CommitRequest } from './commit.ts'

/** GitHub answers 422 or 502 at about 250 inline files or 2.5 MB in one tree. */
const treeLimits = { files: 200, bytes: 1_500_000 }

const created = z.object({ sha: z.string() })

const createdCommit = z.object({
  sha: z.string(),
  html_url: z.string(),
  verification: z.object({ verified: z.boolean() }).optional(),
})

/**
 * One commit of any size by the Git data API: trees in parts, each on the one before, then the
 * commit, then the branch in one compare-and-swap step. Nothing is visible before that step.
 */
export async function commitByGitData(
  client: GitHubClient,
  request: CommitRequest,
): Promise<Commit> {
  const commit = await createCommit(client, request)
  await client.restOnce(z.object({ object: created }), (octokit, at) =>
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
 * Makes the commit without moving a branch. GitHub signs it for the workflow token and for GitHub
 * Apps, since it names neither author nor committer.
 */
export async function createCommit(client: GitHubClient, request: CommitRequest): Promise<Commit> {
  const { snapshot, edits } = request
  let tree = snapshot.rootTree
  for (const part of partsOf(edits)) tree = await createTree(client, tree, part)
  const { sha, html_url, verification } = await client.rest(createdCommit, (octokit, at) =>
    octokit.rest.git.createCommit({
      ...at,
      tree,
      parents: [snapshot.head],
      message: fullMessage(request),
    }),
  )
  return { sha, url: html_url, verified: verification?.verified ?? false }
}

function partsOf(edits: readonly FileEdit[]): FileEdit[][] {
  const parts: FileEdit[][] = []
  let part: FileEdit[] = []
  let bytes = 0
  for (const edit of edits) {
    const size = Buffer.byteLength(edit.after ?? '')
    if (part.length === treeLimits.files || (part.length > 0 && bytes + size > treeLimits.bytes)) {
      parts.push(part)
      part = []
      bytes = 0
    }
    part.push(edit)
    bytes += size
  }
  return part.length > 0 ? [...parts, part] : parts
}

/** A part that GitHub finds too large after all is halved. */
async function createTree(
  client: GitHubClient,
  base: string,
  edits: readonly FileEdit[],
): Promise<string> {
  try {
    const { sha } = await client.rest(created, (octokit, at) =>
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
  const place = { path, mode, type: 'blob' as const }
  return after === undefined ? { ...place, sha: null } : { ...place, content: after }
}

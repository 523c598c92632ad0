import { z } from 'zod'
import type { FileEdit } from '../core/result.ts'
import { GitHubError } from '../errors.ts'
import type { GitHubClient } from './client.ts'
import { fullMessage, type CommitRequest, type CommitResult } from './commit-request.ts'

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
): Promise<CommitResult> {
  const [owner = '', repo = ''] = request.repository.split('/')
  const made = await createCommit(client, request)
  try {
    await client.restOnce(z.object({ object: created }), (octokit) =>
      octokit.rest.git.updateRef({
        owner,
        repo,
        ref: `heads/${request.branch}`,
        sha: made.sha,
        force: false,
      }),
    )
  } catch (error) {
    if (error instanceof GitHubError && /not a fast.forward/i.test(error.message)) {
      return { kind: 'moved' }
    }
    throw error
  }
  return { kind: 'committed', ...made }
}

/** A commit that no branch points to yet. */
export type LooseCommit = { readonly sha: string; readonly url: string; readonly verified: boolean }

/**
 * Makes the commit without moving a branch. GitHub signs it for the workflow token and for GitHub
 * Apps, since it names neither author nor committer.
 */
export async function createCommit(
  client: GitHubClient,
  request: CommitRequest,
): Promise<LooseCommit> {
  const [owner = '', repo = ''] = request.repository.split('/')
  let tree = request.baseTree
  for (const part of partsOf(request.edits)) tree = await createTree(client, request, tree, part)
  const made = await client.rest(createdCommit, (octokit) =>
    octokit.rest.git.createCommit({
      owner,
      repo,
      tree,
      parents: [request.expectedHead],
      message: fullMessage(request),
    }),
  )
  return { sha: made.sha, url: made.html_url, verified: made.verification?.verified ?? false }
}

function partsOf(files: readonly FileEdit[]): FileEdit[][] {
  const parts: FileEdit[][] = []
  let part: FileEdit[] = []
  let bytes = 0
  for (const file of files) {
    const size = Buffer.byteLength(file.after ?? '')
    if (part.length === treeLimits.files || (part.length > 0 && bytes + size > treeLimits.bytes)) {
      parts.push(part)
      part = []
      bytes = 0
    }
    part.push(file)
    bytes += size
  }
  return part.length > 0 ? [...parts, part] : parts
}

/** A part that GitHub finds too large after all is halved. */
async function createTree(
  client: GitHubClient,
  request: CommitRequest,
  base: string,
  files: readonly FileEdit[],
): Promise<string> {
  const [owner = '', repo = ''] = request.repository.split('/')
  try {
    const answer = await client.rest(created, (octokit) =>
      octokit.rest.git.createTree({ owner, repo, base_tree: base, tree: files.map(treeEntry) }),
    )
    return answer.sha
  } catch (error) {
    if (!(error instanceof GitHubError) || !isTooLarge(error) || files.length === 1) throw error
    const middle = Math.ceil(files.length / 2)
    const first = await createTree(client, request, base, files.slice(0, middle))
    return createTree(client, request, first, files.slice(middle))
  }
}

function isTooLarge(error: GitHubError): boolean {
  return (
    error.status === 502 || (error.status === 422 && /timed out|too large/i.test(error.message))
  )
}

function treeEntry(file: FileEdit) {
  const mode = file.executable ? ('100755' as const) : ('100644' as const)
  const place = { path: file.path, mode, type: 'blob' as const }
  return file.after === undefined ? { ...place, sha: null } : { ...place, content: file.after }
}

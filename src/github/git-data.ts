import { z } from 'zod'
import type { CommitRequest } from '../core/changes.ts'
import type { FileEdit } from '../core/entry.ts'
import type { CommitReference } from '../core/result.ts'
import type { GitHubClient } from './client.ts'
import { isTooLarge } from './errors.ts'
import type { Purpose } from './refusal.ts'
import { moveBranch } from './refs.ts'

export type Commit = CommitReference & {
  /** Whether GitHub signed it. */
  readonly verified: boolean
}

/** The commit message as Git stores it. */
export function fullMessage({ headline, body }: Pick<CommitRequest, 'headline' | 'body'>): string {
  return body === '' ? headline : `${headline}\n\n${body}`
}

/**
 * Creates one commit of any size with the Git data API: trees in batches, each based on the previous
 * one, then the commit, then a compare-and-swap of the branch. Nothing is visible before that last
 * step.
 */
export async function commitByGitData(
  client: GitHubClient,
  request: CommitRequest,
): Promise<Commit> {
  const { branch, head, rootTree } = request.snapshot
  const tree = await createTree(client, 'commit', rootTree, request.edits.map(entryOfEdit))
  const message = fullMessage(request)
  const commit = await createCommit(client, 'commit', { tree, parent: head, message })
  await moveBranch(client, 'commit', { branch, from: head, to: commit.sha, force: false })
  return commit
}

export type NewCommit = {
  /** Hash of its tree. */
  readonly tree: string
  readonly parent: string
  readonly message: string
}

const createdCommit = z.object({
  sha: z.string(),
  html_url: z.string(),
  verification: z.object({ verified: z.boolean() }).optional(),
})

/**
 * Creates a commit without moving a branch. It sets neither author nor committer, because only then
 * does GitHub sign commits made with the workflow token or a GitHub App token.
 */
export async function createCommit(
  client: GitHubClient,
  purpose: Purpose,
  { tree, parent, message }: NewCommit,
): Promise<Commit> {
  const { sha, html_url, verification } = await client.rest(purpose, createdCommit, (octokit, at) =>
    octokit.rest.git.createCommit({ ...at, tree, parents: [parent], message }),
  )
  return { sha, url: html_url, verified: verification?.verified ?? false }
}

/** A change to a tree: new content, an existing blob (`sha`), or a deletion (`sha` null). */
export type TreeEntry = {
  readonly path: string
  readonly executable: boolean
} & ({ readonly content: string } | { readonly sha: string | null })

export function entryOfEdit({ path, after, executable }: FileEdit): TreeEntry {
  return after === undefined
    ? { path, executable, sha: null }
    : { path, executable, content: after }
}

/** GitHub responds with 422 or 502 to trees of more than about 250 inline files or 2.5 MB. */
const treeLimits = { files: 200, bytes: 1_500_000 }

/** Creates the tree that results from changes to the tree `base`, and returns its hash. */
export async function createTree(
  client: GitHubClient,
  purpose: Purpose,
  base: string,
  entries: readonly TreeEntry[],
): Promise<string> {
  let tree = base
  let done = 0
  for (const batch of splitIntoBatches(entries)) {
    client.progress('uploaded', done, entries.length, 'file')
    tree = await createTreeInHalves(client, purpose, tree, batch)
    done += batch.length
  }
  client.progress('uploaded', done, entries.length, 'file')
  return tree
}

function splitIntoBatches(entries: readonly TreeEntry[]): TreeEntry[][] {
  const batches: TreeEntry[][] = []
  let batch: TreeEntry[] = []
  let bytes = 0
  for (const entry of entries) {
    const size = 'content' in entry ? Buffer.byteLength(entry.content) : 0
    if (
      batch.length === treeLimits.files ||
      (batch.length > 0 && bytes + size > treeLimits.bytes)
    ) {
      batches.push(batch)
      batch = []
      bytes = 0
    }
    batch.push(entry)
    bytes += size
  }
  return batch.length > 0 ? [...batches, batch] : batches
}

const created = z.object({ sha: z.string() })

/** Halves a batch that is still too large for GitHub. */
async function createTreeInHalves(
  client: GitHubClient,
  purpose: Purpose,
  base: string,
  entries: readonly TreeEntry[],
): Promise<string> {
  const tree = entries.map(({ executable, ...entry }) => ({
    ...entry,
    mode: executable ? ('100755' as const) : ('100644' as const),
    type: 'blob' as const,
  }))
  try {
    const { sha } = await client.rest(purpose, created, (octokit, at) =>
      octokit.rest.git.createTree({ ...at, base_tree: base, tree }),
    )
    return sha
  } catch (error) {
    if (!isTooLarge(error) || entries.length === 1) throw error
    const middle = Math.ceil(entries.length / 2)
    const first = await createTreeInHalves(client, purpose, base, entries.slice(0, middle))
    return createTreeInHalves(client, purpose, first, entries.slice(middle))
  }
}

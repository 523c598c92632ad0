import { z } from 'zod'
import type { DirectoryEntry } from '../core/branch.ts'
import { list } from '../http/list.ts'
import { entryOf } from './tree-entry.ts'
import type { GitHubClient } from './client.ts'

const treeListing = z.object({
  tree: list(
    z.object({
      path: z.string(),
      mode: z.string(),
      type: z.enum(['blob', 'tree', 'commit']),
      sha: z.string(),
    }),
  ),
})

/** Lists everything below a tree, by path. GitHub leaves entries out of more than 100,000. */
export async function listTree(
  client: GitHubClient,
  oid: string,
): Promise<ReadonlyMap<string, DirectoryEntry>> {
  const { tree } = await client.rest('read', treeListing, (octokit, at) =>
    octokit.rest.git.getTree({ ...at, tree_sha: oid, recursive: 'true' }),
  )
  return new Map(
    tree.map(({ path, mode, type, sha }) => [
      path,
      entryOf({ name: path, mode: Number.parseInt(mode, 8), type, oid: sha }),
    ]),
  )
}

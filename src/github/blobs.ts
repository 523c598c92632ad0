import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { blobOid, type BranchSnapshot } from '../core/branch.ts'
import { aliasedObjects, aliasesFor, objectFields } from './aliases.ts'
import type { GitHubClient } from './client.ts'
import { branchMoved } from './errors.ts'

/** The bytes behind git hashes, of those that it has. */
export type ContentCache = (oids: ReadonlyMap<string, string>) => Promise<Map<string, Buffer>>

/** Contents by git hash, each read once. */
export type BlobReader = {
  /**
   * @param wanted path by hash (the path helps a checkout to find the content).
   * @returns contents by hash.
   * @throws GitHubError with reason `branch-moved` when the snapshot turns out to be inconsistent.
   */
  readonly read: (
    snapshot: BranchSnapshot,
    wanted: ReadonlyMap<string, string>,
  ) => Promise<ReadonlyMap<string, Buffer>>
  /** Makes sure that head and directories of a snapshot are of one moment; throws as `read`. */
  readonly confirm: (snapshot: BranchSnapshot) => Promise<void>
}

/** Enough that 10,000 files take 40 requests, little enough for GitHub's 10 seconds. */
const blobsPerQuery = 250

/** Reads do not disturb each other; GitHub allows 100 at a time. */
const queriesAtOnce = 4

/**
 * GraphQL promises no order between head and directories of one query. Each query for contents
 * therefore also asks for the directories at the very commit that was read.
 */
export function createBlobReader(client: GitHubClient, checkout: ContentCache): BlobReader {
  const known = new Map<string, Buffer>()
  const confirmed = new WeakSet<BranchSnapshot>()

  const readConfirmed = async (
    snapshot: BranchSnapshot,
    oids: readonly string[],
  ): Promise<void> => {
    const { contents, consistent } = await readBatch(client, snapshot, oids)
    if (!consistent) throw branchMoved('head and directory were read at different moments')
    confirmed.add(snapshot)
    for (const [oid, content] of contents) known.set(oid, content)
  }

  return {
    read: async (snapshot, wanted) => {
      const missing = new Map([...wanted].filter(([oid]) => !known.has(oid)))
      for (const [oid, content] of await checkout(missing)) {
        known.set(oid, content)
        missing.delete(oid)
      }
      const oids = [...missing.keys()]
      const batches: string[][] = []
      for (let start = 0; start < oids.length; start += blobsPerQuery) {
        batches.push(oids.slice(start, start + blobsPerQuery))
      }
      const work = batches.values()
      const worker = async (): Promise<void> => {
        for (const batch of work) await readConfirmed(snapshot, batch)
      }
      await Promise.all(Array.from({ length: queriesAtOnce }, worker))
      return known
    },
    confirm: async (snapshot) => {
      if (!confirmed.has(snapshot)) await readConfirmed(snapshot, [])
    },
  }
}

const blob = z
  .object({
    text: z.string().nullable(),
    isTruncated: z.boolean(),
  })
  .nullable()

const tree = z.object({ oid: z.string() }).nullable()

async function readBatch(
  client: GitHubClient,
  { head, directories }: BranchSnapshot,
  oids: readonly string[],
): Promise<{ contents: Map<string, Buffer>; consistent: boolean }> {
  const [places, blobs] = [aliasesFor('d', directories.keys()), aliasesFor('b', oids)]
  const response = await client.query(
    `query Blobs($owner: String!, $name: String!) {
      ${objectFields('directories', places, (path) => ({ expression: `${head}:${path}` }), 'oid')}
      ${objectFields('contents', blobs, (oid) => ({ oid }), '...Content')}
    }
    ${blobs.size === 0 ? '' : 'fragment Content on Blob { text isTruncated }'}`,
    {},
    z.object({
      directories: aliasedObjects(places, tree),
      contents: aliasedObjects(blobs, blob),
    }),
  )
  const contents = new Map<string, Buffer>()
  for (const [oid, found] of response.contents) {
    const content = found?.text == null || found.isTruncated ? undefined : Buffer.from(found.text)
    // GraphQL gives text: other encodings, a byte order mark or a cut would not have this hash.
    contents.set(
      oid,
      content !== undefined && blobOid(content) === oid ? content : await readRaw(client, oid),
    )
  }
  const consistent = [...directories.values()].every(
    ({ path, oid }) => response.directories.get(path)?.oid === oid,
  )
  return { contents, consistent }
}

const rawBlob = z.object({ content: z.string(), encoding: z.literal('base64') })

async function readRaw(client: GitHubClient, oid: string): Promise<Buffer> {
  const { content } = await client.rest(rawBlob, (octokit, at) =>
    octokit.rest.git.getBlob({ ...at, file_sha: oid }),
  )
  return Buffer.from(content, 'base64')
}

/** A values file is a few KB; anything much larger is not worth a try. */
const largestFile = 4 * 1024 * 1024

/**
 * Contents from a check-out of the repository in the workspace, if there is one. A file counts
 * only when its bytes have the wanted git hash, so a stale, edited or foreign check-out changes
 * nothing but the number of requests.
 */
export function createCheckoutCache(workspace: string): ContentCache {
  return async (oids) => {
    const found = new Map<string, Buffer>()
    if (workspace === '') return found
    for (const [oid, path] of oids) {
      const content = await readSmallFile(join(workspace, path))
      if (content !== undefined && blobOid(content) === oid) found.set(oid, content)
    }
    return found
  }
}

async function readSmallFile(path: string): Promise<Buffer | undefined> {
  try {
    const stats = await lstat(path)
    return stats.isFile() && stats.size <= largestFile ? await readFile(path) : undefined
  } catch {
    return undefined
  }
}

import { z } from 'zod'
import { blobOid, type BranchSnapshot, type Content } from '../core/branch.ts'
import { mapConcurrently } from '../core/concurrently.ts'
import { GitHubError } from '../core/errors.ts'
import { prose } from '../core/text/prose.ts'
import { aliasedObjects, aliasesFor, objectFields } from './aliases.ts'
import type { ContentCache } from './checkout.ts'
import type { GitHubClient } from './client.ts'
import { branchMoved, invalidResponse, isTooLarge } from './errors.ts'

/** Reads contents by Git hash, each only once. */
export type BlobReader = {
  /**
   * @param pathsByOid where a checkout contains each file, by hash.
   * @returns contents by hash.
   * @throws GitHubError with reason `branch-moved` if the snapshot turns out to be inconsistent.
   */
  readonly read: (
    snapshot: BranchSnapshot,
    pathsByOid: ReadonlyMap<string, string>,
  ) => Promise<ReadonlyMap<string, Content>>
  /** Checks that the snapshot's directories belong to its head; throws like `read`. */
  readonly confirm: (snapshot: BranchSnapshot) => Promise<void>
  /** Checks the same with the hashes that another request found at the head; throws like `read`. */
  readonly compare: (snapshot: BranchSnapshot, trees: Trees) => void
}

/** Git's hashes of directories, by path; undefined: it does not exist. */
type Trees = ReadonlyMap<string, string | undefined>

/** 10,000 files take 34 requests, each within GitHub's limit of 10 seconds. */
const blobsPerQuery = 300

/** GitHub sends at most 512 KB of each, so these are never too large, even if JSON doubles them. */
const largeBlobsPerQuery = 15

/** Far below GitHub's limit of 100 concurrent requests. */
const maxConcurrentQueries = 4

/**
 * GraphQL does not guarantee that the head and the directories in one response belong together: the
 * branch can move in between. Each query for contents therefore also reads the directories at the
 * snapshot's commit.
 */
export function createBlobReader(client: GitHubClient, checkout: ContentCache): BlobReader {
  const cache = new Map<string, Content>()
  const confirmed = new WeakSet<BranchSnapshot>()

  const compare = (snapshot: BranchSnapshot, trees: Trees): void => {
    const directories = [...snapshot.directories.values()]
    if (!directories.every(({ path, oid }) => trees.get(path) === oid)) {
      throw branchMoved(prose`while it was read`)
    }
    confirmed.add(snapshot)
  }

  const readAndConfirm = async (
    snapshot: BranchSnapshot,
    oids: readonly string[],
  ): Promise<void> => {
    const { contents, trees } = await readBatch(client, snapshot, oids)
    compare(snapshot, trees)
    for (const [oid, content] of contents) cache.set(oid, content)
  }

  const readInParts = async (snapshot: BranchSnapshot, oids: readonly string[]): Promise<void> => {
    try {
      await readAndConfirm(snapshot, oids)
    } catch (error) {
      const size = sizeOfParts(error, oids.length)
      if (oids.length <= size) throw error
      for (const part of inBatches(oids, size)) await readInParts(snapshot, part)
    }
  }

  return {
    read: async (snapshot, pathsByOid) => {
      const missing = new Map([...pathsByOid].filter(([oid]) => !cache.has(oid)))
      for (const [oid, content] of await checkout(missing)) {
        cache.set(oid, content)
        missing.delete(oid)
      }
      const oids = [...missing.keys()]
      const batches = inBatches(oids, blobsPerQuery)
      let done = 0
      const report = (count: number): void => {
        done += count
        client.progress('fetched', done, oids.length, 'file')
      }
      report(0)
      await mapConcurrently(batches, maxConcurrentQueries, async (batch) => {
        await readInParts(snapshot, batch)
        report(batch.length)
      })
      return cache
    },
    confirm: async (snapshot) => {
      if (!confirmed.has(snapshot)) await readAndConfirm(snapshot, [])
    },
    compare,
  }
}

/** How many files to read at once after an error; as many as before if that would not help. */
function sizeOfParts(error: unknown, count: number): number {
  if (isTooLarge(error)) return Math.ceil(count / 2)
  const isLarge = error instanceof GitHubError && error.reason === 'response-too-large'
  return isLarge ? largeBlobsPerQuery : count
}

function inBatches(oids: readonly string[], size: number): string[][] {
  const count = Math.ceil(oids.length / size)
  return Array.from({ length: count }, (_, index) => oids.slice(index * size, (index + 1) * size))
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
): Promise<{ contents: Map<string, Content>; trees: Trees }> {
  const paths = aliasesFor('d', directories.keys())
  const blobs = aliasesFor('b', oids)
  const response = await client.query(
    `query Blobs($owner: String!, $name: String!) {
      ${objectFields('directories', paths, (path) => ({ expression: `${head}:${path}` }), 'oid')}
      ${objectFields('contents', blobs, (oid) => ({ oid }), '...Content')}
    }
    ${blobs.size === 0 ? '' : 'fragment Content on Blob { text isTruncated }'}`,
    {},
    z.object({
      directories: aliasedObjects(paths, tree),
      contents: aliasedObjects(blobs, blob),
    }),
  )
  const contents = new Map<string, Content>()
  for (const [oid, found] of response.contents) {
    const text = found?.isTruncated === false ? found.text : null
    // GraphQL returns text: content that was decoded lossily, truncated or stripped of its byte
    // order mark no longer has the expected hash.
    const isComplete = text?.isWellFormed() === true && blobOid(text) === oid
    contents.set(oid, isComplete ? text : await readRaw(client, oid))
  }
  const trees = new Map([...response.directories].map(([path, row]) => [path, row?.oid]))
  return { contents, trees }
}

const rawBlob = z.object({ content: z.string(), encoding: z.literal('base64') })

/** Reads a file of any content through the REST API. */
export async function readRaw(client: GitHubClient, oid: string): Promise<Buffer> {
  const { content } = await client.rest('read', rawBlob, (octokit, at) =>
    octokit.rest.git.getBlob({ ...at, file_sha: oid }),
  )
  const bytes = Buffer.from(content, 'base64')
  if (blobOid(bytes) !== oid)
    throw invalidResponse(prose`the content of blob ${oid} does not match its hash`)
  return bytes
}

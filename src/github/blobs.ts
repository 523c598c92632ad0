import { z } from 'zod'
import { blobOid } from '../core/blob-oid.ts'
import type { GitHubClient } from './client.ts'

/** The bytes behind git hashes; what is not there is left out. */
export type ContentCache = (oids: ReadonlyMap<string, string>) => Promise<Map<string, Buffer>>

/** Contents by git hash, each read once. */
export type BlobReader = {
  /**
   * @param wanted path by hash (the path helps a check-out to find the content).
   * @param anchor what `<head>:<directory>` must be, so that head and directory are of one moment.
   * @returns contents by hash, and whether the anchor held.
   */
  readonly read: (
    wanted: ReadonlyMap<string, string>,
    anchor: Anchor,
  ) => Promise<{ contents: ReadonlyMap<string, Buffer>; anchored: boolean | undefined }>
  readonly confirm: (anchor: Anchor) => Promise<boolean>
}

/** A directory must have this hash (undefined: not exist) in that commit. */
export type Anchor = {
  readonly head: string
  readonly directory: string
  readonly tree: string | undefined
}

/** Enough that 10,000 files take 40 requests, little enough for GitHub's 10 seconds. */
const blobsPerQuery = 250

/** Reads do not disturb each other; GitHub allows 100 at a time. */
const queriesAtOnce = 4

export function createBlobReader(
  client: GitHubClient,
  repository: string,
  checkout: ContentCache,
): BlobReader {
  const known = new Map<string, Buffer>()

  const read: BlobReader['read'] = async (wanted, anchor) => {
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
    let anchored: boolean | undefined
    const work = batches.entries()
    const worker = async (): Promise<void> => {
      for (const [, batch] of work) {
        const answer = await readBatch(client, repository, batch, anchor)
        anchored = (anchored ?? true) && answer.anchored
        for (const [oid, content] of answer.contents) known.set(oid, content)
      }
    }
    await Promise.all(Array.from({ length: queriesAtOnce }, worker))
    return { contents: known, anchored }
  }

  return {
    read,
    confirm: async (anchor) => (await readBatch(client, repository, [], anchor)).anchored,
  }
}

const blob = z
  .object({
    text: z.string().nullable(),
    isTruncated: z.boolean(),
  })
  .nullable()

async function readBatch(
  client: GitHubClient,
  repository: string,
  oids: readonly string[],
  anchor: Anchor,
): Promise<{ contents: Map<string, Buffer>; anchored: boolean }> {
  const [owner = '', name = ''] = repository.split('/')
  const fields = oids.map((oid, index) => `b${index}: object(oid: "${oid}") { ...Content }`)
  const fragment = oids.length === 0 ? '' : ' fragment Content on Blob { text isTruncated }'
  const { repository: answer } = await client.query(
    `query Blobs($owner: String!, $name: String!, $anchor: String!) {
      repository(owner: $owner, name: $name) {
        anchor: object(expression: $anchor) { oid }
        ${fields.join('\n')}
      }
    }${fragment}`,
    { owner, name, anchor: `${anchor.head}:${anchor.directory}` },
    z.object({
      repository: z
        .looseObject({ anchor: z.object({ oid: z.string() }).nullable() })
        .catchall(z.union([blob, z.object({ oid: z.string() })])),
    }),
  )
  const contents = new Map<string, Buffer>()
  for (const [index, oid] of oids.entries()) {
    const found = blob.safeParse(answer[`b${index}`]).data
    const content = found?.text == null || found.isTruncated ? undefined : Buffer.from(found.text)
    // GraphQL gives text: other encodings, a byte order mark or a cut would not have this hash.
    contents.set(
      oid,
      content !== undefined && blobOid(content) === oid
        ? content
        : await readRaw(client, repository, oid),
    )
  }
  return { contents, anchored: answer.anchor?.oid === anchor.tree }
}

const rawBlob = z.object({ content: z.string(), encoding: z.literal('base64') })

async function readRaw(client: GitHubClient, repository: string, oid: string): Promise<Buffer> {
  const [owner = '', repo = ''] = repository.split('/')
  const answer = await client.rest(rawBlob, (octokit) =>
    octokit.rest.git.getBlob({ owner, repo, file_sha: oid }),
  )
  return Buffer.from(answer.content, 'base64')
}

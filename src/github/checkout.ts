import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { blobOid } from '../core/blob-oid.ts'
import type { ContentCache } from './blobs.ts'

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

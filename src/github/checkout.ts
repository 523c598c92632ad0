import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { blobOid, type Content } from '../core/branch.ts'

/**
 * Looks up contents by Git hash without sending a request. Takes a map from hash to path; hashes
 * that it cannot find are missing from the result.
 */
export type ContentCache = (oids: ReadonlyMap<string, string>) => Promise<Map<string, Content>>

/**
 * Files that are read before the event loop gets a turn. Reading them asynchronously, each with several
 * turns of its own, takes eight times as much processor time.
 */
const readsPerTurn = 100

/** A values file is a few KB; reading and hashing much larger ones would waste time. */
const maxFileBytes = 4 * 1024 * 1024

/**
 * Reads contents from a checkout of the repository in the workspace, if there is one. A file is only
 * used if its bytes have the expected Git hash, so a stale or edited checkout, or one of another
 * repository, only costs additional requests.
 *
 * @param workspace path of the workspace; `''` if there is none.
 */
export function createCheckoutCache(workspace: string): ContentCache {
  return async (oids) => {
    const found = new Map<string, Content>()
    if (workspace === '') return found
    let read = 0
    for (const [oid, path] of oids) {
      const file = readSmallFile(join(workspace, path))
      const content = file === undefined ? undefined : asCommitted(file, oid)
      if (content !== undefined) found.set(oid, content)
      read += 1
      if (read % readsPerTurn === 0) await setImmediate()
    }
    return found
  }
}

/**
 * The content of a file in a checkout, if it has the hash. Git for Windows checks text out with
 * CRLF by default (`core.autocrlf`), while the commit has LF.
 */
function asCommitted(file: Buffer, oid: string): Content | undefined {
  if (blobOid(file) === oid) return file
  if (!file.includes('\r\n')) return undefined
  const text = Buffer.from(file.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
  return blobOid(text) === oid ? text : undefined
}

function readSmallFile(path: string): Buffer | undefined {
  try {
    const stats = lstatSync(path)
    return stats.isFile() && stats.size <= maxFileBytes ? readFileSync(path) : undefined
  } catch {
    return undefined
  }
}

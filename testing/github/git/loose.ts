import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'

/** Reads without a process what git keeps in a file of its own (gitrepository-layout(5)). */

/** A Git object. */
export type GitObject = { readonly type: string; readonly content: Buffer }

/** Undefined if the object is in a pack, or missing. */
export function readLooseObject(gitDir: string, oid: string): GitObject | undefined {
  const file = readIfPresent(join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2)))
  if (file === undefined) return undefined
  const bytes = inflateSync(file)
  const end = bytes.indexOf(0)
  const [type = ''] = bytes.subarray(0, end).toString().split(' ')
  return { type, content: bytes.subarray(end + 1) }
}

/** Undefined if the ref is packed, symbolic or missing. */
export function readLooseRef(gitDir: string, name: string): string | undefined {
  const text = readIfPresent(join(gitDir, name))?.toString().trim() ?? ''
  return isOid(text) ? text : undefined
}

export function isOid(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text)
}

function readIfPresent(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    // Missing, or the directory of refs whose names begin with this one.
    return undefined
  }
}

import { createHash } from 'node:crypto'

/** Git's name for a content: SHA-1 of `blob <length>\0<bytes>`. Equal names, equal bytes. */
export function blobOid(content: Uint8Array): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')
}

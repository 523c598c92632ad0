import { spawn } from 'node:child_process'
import type { GitObject } from './loose.ts'

/** Reads the objects of one repository with a single `git cat-file --batch` process. */
export type ObjectReader = {
  readonly read: (oid: string) => Promise<GitObject | undefined>
  readonly close: () => void
}

export function openObjectReader(gitDir: string): ObjectReader {
  const child = spawn('git', ['cat-file', '--batch'], {
    env: { PATH: process.env.PATH, GIT_DIR: gitDir },
  })
  const waiting: ((object: GitObject | undefined) => void)[] = []
  let buffer = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk])
    for (let next = parseRecord(buffer); next !== undefined; next = parseRecord(buffer)) {
      buffer = buffer.subarray(next.length)
      waiting.shift()?.(next.object)
    }
  })
  return {
    read: (oid) =>
      new Promise((resolve) => {
        waiting.push(resolve)
        child.stdin.write(`${oid}\n`)
      }),
    close: () => {
      child.stdin.end()
      child.kill()
    },
  }
}

/** The first complete record of `--batch` output: `<oid> <type> <size>\n<content>\n`. */
function parseRecord(
  buffer: Buffer,
): { readonly length: number; readonly object: GitObject | undefined } | undefined {
  const start = buffer.indexOf('\n') + 1
  if (start === 0) return undefined
  const [, type = '', size] = buffer
    .subarray(0, start - 1)
    .toString()
    .split(' ')
  if (type === 'missing') return { length: start, object: undefined }
  const end = start + Number(size)
  if (buffer.length < end + 1) return undefined
  return { length: end + 1, object: { type, content: Buffer.from(buffer.subarray(start, end)) } }
}

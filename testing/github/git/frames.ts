import { readSync, writeSync } from 'node:fs'

/** Messages over a pipe: the lengths of the parts, each in four bytes, then the parts. */

export function writeParts(pipe: number, parts: readonly Buffer[]): void {
  const lengths = Buffer.alloc(4 * parts.length)
  for (const [index, part] of parts.entries()) lengths.writeUInt32BE(part.length, 4 * index)
  const message = Buffer.concat([lengths, ...parts])
  for (let sent = 0; sent < message.length;) sent += writeSync(pipe, message, sent)
}

/** Waits for a message; undefined if the other side closed the pipe. */
export function readParts(pipe: number, count: number): Buffer[] | undefined {
  const lengths = readBytes(pipe, 4 * count)
  if (lengths === undefined) return undefined
  const parts = Array.from({ length: count }, (_, index) =>
    readBytes(pipe, lengths.readUInt32BE(4 * index)),
  )
  return parts.every((part) => part !== undefined) ? parts : undefined
}

function readBytes(pipe: number, length: number): Buffer | undefined {
  const bytes = Buffer.alloc(length)
  for (let read = 0; read < length;) {
    const count = readSync(pipe, bytes, read, length - read, null)
    if (count === 0) return undefined
    read += count
  }
  return bytes
}

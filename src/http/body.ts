import { Transform, Writable, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

/** The body of a response was not read to its end, or not at all. */
export class UnreadableBody extends Error {
  readonly reason: 'too-large' | 'encoding'

  constructor(reason: UnreadableBody['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

const mebibyte = 1024 * 1024

/**
 * The largest honest response has the contents of 250 files of up to 512 KB, which is 125 MiB, and
 * JSON escapes can almost double that. A page of MLflow's listing has 10,000 versions of a few KB.
 * Anything larger is a compression bomb or has no end.
 */
const maxBytes = 256 * mebibyte

/** With an error, nothing but a message for people is expected. */
const maxErrorBytes = 4 * mebibyte

/**
 * `{},` has three bytes, and takes sixty once it is parsed. A page of 1,000 runs with 1,000 metrics
 * each has a million objects.
 */
const maxObjects = 4_000_000

/** The limit of curl. Each encoding can multiply the size by a thousand. */
const maxEncodings = 5

const options = { chunkSize: 256 * 1024 }

type Decoder = Transform & { readonly bytesWritten: number }

const decoders: ReadonlyMap<string, () => Decoder> = new Map<string, () => Decoder>([
  ['gzip', () => createGunzip(options)],
  ['x-gzip', () => createGunzip(options)],
  ['deflate', () => createInflate(options)],
  ['br', () => createBrotliDecompress(options)],
])

/**
 * Reads the body of a response as text. Bytes are counted before and after they are decoded, and the
 * connection is closed as soon as there are too many.
 *
 * @param contentEncoding the header; `''` if absent.
 * @throws UnreadableBody, or the error of the connection or of a decoder.
 */
export async function readBody(
  body: Readable,
  contentEncoding: string,
  status: number,
): Promise<string> {
  const tooLarge = (size: string): UnreadableBody =>
    new UnreadableBody('too-large', `the response (HTTP ${status}) has more than ${size}`)
  const limit = status < 400 ? maxBytes : maxErrorBytes
  const createCounter = () => {
    let bytes = 0
    return (chunk: Buffer): UnreadableBody | null => {
      bytes += chunk.length
      return bytes > limit ? tooLarge(`${limit / mebibyte} MiB`) : null
    }
  }
  const limited = (): Transform => {
    const count = createCounter()
    return new Transform({ transform: (chunk: Buffer, _, done) => done(count(chunk), chunk) })
  }
  const chunks: Buffer[] = []
  const count = createCounter()
  let objects = 0
  const collector = new Writable({
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk)
      objects += countObjects(chunk)
      done(objects > maxObjects ? tooLarge(`${maxObjects} JSON objects`) : count(chunk))
    },
  })
  const decoding = decodersOf(contentEncoding)
  try {
    await pipeline([body, ...decoding.flatMap((decoder) => [limited(), decoder]), collector])
  } catch (error) {
    // An empty body does not even have the header that a decoder expects.
    const isEmpty = decoding[0]?.bytesWritten === 0 && isUnexpectedEnd(error)
    if (!isEmpty) throw error
  }
  return Buffer.concat(chunks).toString('utf8')
}

function isUnexpectedEnd(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'Z_BUF_ERROR'
}

/** Creates the decoders for a list of encodings, the one that was applied last first. */
function decodersOf(contentEncoding: string): Decoder[] {
  const names = contentEncoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
  if (names.length > maxEncodings) {
    throw new UnreadableBody('encoding', `the response is encoded ${names.length} times`)
  }
  return names.toReversed().map((name) => {
    const create = decoders.get(name)
    if (create !== undefined) return create()
    throw new UnreadableBody('encoding', `the response has the unsupported encoding ${name}`)
  })
}

/** An upper bound, because braces and brackets in strings count too. */
function countObjects(json: Buffer): number {
  return countByte(json, '{') + countByte(json, '[')
}

/** Several times as fast as a loop over all bytes. */
function countByte(bytes: Buffer, character: string): number {
  const byte = character.charCodeAt(0)
  let count = 0
  for (let at = bytes.indexOf(byte); at !== -1; at = bytes.indexOf(byte, at + 1)) count += 1
  return count
}

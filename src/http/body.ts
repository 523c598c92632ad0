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

export const mebibyte = 1024 * 1024

/** How large an honest response of a server can be. Anything larger is a bomb or has no end. */
export type BodyLimits = {
  /** Bytes of each step of the decoding. */
  readonly bytes: number
  /** JSON values; one takes up to a hundred bytes of memory, however few of the body. */
  readonly values: number
}

/** With an error, nothing but a message for people is expected. */
const maxErrorBytes = 4 * mebibyte

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
 * Reads the body of a response as text. Bytes are counted before and after they are decoded, and JSON
 * values before they are parsed; the connection is closed as soon as there are too many.
 *
 * @param contentEncoding the header; `''` if absent.
 * @param onBytes called with the number of bytes that arrived.
 * @throws UnreadableBody, or the error of the connection or of a decoder.
 */
export async function readBody(
  body: Readable,
  contentEncoding: string,
  status: number,
  limits: BodyLimits,
  onBytes: (count: number) => void,
): Promise<string> {
  const tooLarge = (size: string): UnreadableBody =>
    new UnreadableBody('too-large', `the response (HTTP ${status}) has more than ${size}`)
  const maxBytes = status < 400 ? limits.bytes : maxErrorBytes
  const counted = (onChunk: (chunk: Buffer) => void): Transform => {
    let bytes = 0
    return new Transform({
      transform: (chunk: Buffer, _, done) => {
        onChunk(chunk)
        bytes += chunk.length
        done(bytes > maxBytes ? tooLarge(`${maxBytes / mebibyte} MiB`) : null, chunk)
      },
    })
  }
  let firstByte: number | undefined
  const arriving = counted((chunk) => {
    firstByte ??= chunk[0]
    onBytes(chunk.length)
  })
  const chunks: Buffer[] = []
  const countValues = createValueCounter()
  const collector = new Writable({
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk)
      done(countValues(chunk) > limits.values ? tooLarge(`${limits.values} JSON values`) : null)
    },
  })
  const decoding = decodersOf(contentEncoding)
  const stages = decoding.flatMap((decoder) => [decoder, counted(() => undefined)])
  try {
    await pipeline([body, arriving, ...stages, collector])
  } catch (error) {
    // An empty body does not even have the header that a decoder expects.
    const isEmpty = decoding[0]?.bytesWritten === 0 && fieldsOf(error).code === 'Z_BUF_ERROR'
    if (!isEmpty) throw isPlain(error, firstByte) ? notCompressed(contentEncoding) : error
  }
  return Buffer.concat(chunks).toString('utf8')
}

function fieldsOf(error: unknown): { readonly code?: unknown; readonly message?: unknown } {
  return error as object
}

/** The first byte of everything that is compressed with gzip (RFC 1952, section 2.3.1). */
const gzipMagic = 0x1f

/** Whether the body was never compressed, as opposed to compressed and damaged on the way. */
function isPlain(error: unknown, firstByte: number | undefined): boolean {
  const { code, message } = fieldsOf(error)
  const isHeader = code === 'Z_DATA_ERROR' && message === 'incorrect header check'
  return isHeader && firstByte !== gzipMagic
}

function notCompressed(contentEncoding: string): UnreadableBody {
  return new UnreadableBody(
    'encoding',
    `its header says that the response is compressed (${contentEncoding.slice(0, 20)}), but it is not`,
  )
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

const [quote = 0, backslash, comma, bracket, brace] = Buffer.from('"\\,[{')

/**
 * Counts the commas, brackets and braces outside of strings: one for each value or more. Commas in
 * strings do not count, because files have many.
 */
function createValueCounter(): (chunk: Buffer) => number {
  let count = 0
  let inString = false
  /** Whether the last chunk ended in the middle of an escape. */
  let escaped = false
  return (chunk) => {
    let at = 0
    if (escaped && chunk.length > 0) {
      escaped = false
      at = 1
    }
    // An iterator takes ten times as long, and so does looking at each byte of long strings.
    while (at < chunk.length) {
      if (inString) {
        const end = chunk.indexOf(quote, at)
        const stop = end < 0 ? chunk.length : end
        const backslashes = stop - beforeBackslashes(chunk, at, stop)
        const isEscaped = backslashes % 2 === 1
        inString = end < 0 || isEscaped
        escaped = end < 0 && isEscaped
        at = stop + 1
        continue
      }
      const byte = chunk[at]
      at += 1
      if (byte === quote) inString = true
      else if (byte === comma || byte === bracket || byte === brace) count += 1
    }
    return count
  }
}

/** Where the backslashes begin that end at an offset. */
function beforeBackslashes(chunk: Buffer, start: number, end: number): number {
  let at = end
  while (at > start && chunk[at - 1] === backslash) at -= 1
  return at
}

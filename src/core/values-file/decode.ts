import { prose } from '../text/prose.ts'
import type { Located } from './flaw.ts'

/** A file's text. Invalid bytes are replaced in it, and their place is reported. */
export type Decoded = {
  readonly text: string
  readonly encoding: Encoding
  readonly invalidBytes: Located | undefined
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/**
 * Decodes a file as YAML readers do: UTF-16 if it has a byte order mark of UTF-16, else UTF-8. A text was
 * UTF-8.
 */
export function decode(content: Uint8Array | string): Decoded {
  if (typeof content === 'string')
    return { text: content, encoding: 'utf-8', invalidBytes: undefined }
  const encoding = encodingOf(content)
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(content)
    return { text, encoding, invalidBytes: undefined }
  } catch {
    const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(content)
    const problem = prose`bytes that are not ${encoding.toUpperCase()} text`
    return { text, encoding, invalidBytes: { at: text.indexOf('\uFFFD'), problem } }
  }
}

function encodingOf([first, second]: Uint8Array): Encoding {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
}

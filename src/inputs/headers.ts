import { z } from 'zod'

/**
 * Schemas for the inputs that are sent in headers. The HTTP client refuses a header that it cannot
 * send, which would look like a network error. No issue shows a value: it may be secret.
 */

/** What a header can hold: ASCII and Latin-1, without control characters other than tabs. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Headers that the HTTP client refuses or sets itself. */
const reservedHeaders = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

/** A text that is sent in a header as it is. */
export const token = z
  .string()
  .refine(
    (text) => headerValue.test(text) && !/\p{Cc}/u.test(text),
    'contains a character that an HTTP header cannot have, such as a line break, a zero-width space or a typographic quote',
  )

/** Base64 can carry any character, but servers reject control characters in credentials. */
export const password = z
  .string()
  .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'must be one line without control characters')

export const username = password.refine(
  (text) => !text.includes(':'),
  'must not contain a colon, which separates username and password in HTTP basic authentication',
)

/** Parses `Name: value`, one per line. */
export const headers = z.string().transform((text, context) => {
  const result = new Map<string, string>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    const colon = line.indexOf(':')
    const name = colon < 0 ? '' : line.slice(0, colon).trim()
    const value = line.slice(colon + 1).trim()
    const key = name.toLowerCase()
    const problem = result.has(key)
      ? 'repeats the header of an earlier line'
      : findHeaderProblem(name, value)
    if (problem !== undefined) context.addIssue(`is invalid: line ${index + 1} ${problem}`)
    result.set(key, value)
  }
  return Object.fromEntries(result)
})

function findHeaderProblem(name: string, value: string): string | undefined {
  if (!headerName.test(name)) return 'must be `Name: value`'
  if (reservedHeaders.has(name.toLowerCase())) return `must not set the header \`${name}\``
  return headerValue.test(value)
    ? undefined
    : 'contains a character that an HTTP header cannot have, such as a zero-width space or a typographic quote'
}

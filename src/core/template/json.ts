import { prose, type Prose } from '../text/prose.ts'
import { formatString } from '../values-file/quote.ts'

/** A JSON value whose numbers and strings every YAML reader can represent. */
export type JsonValue = JsonScalar | JsonCollection

export type JsonScalar = {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** YAML source, on one line. */
  readonly source: string
}

export type JsonCollection =
  | { readonly kind: 'list'; readonly items: readonly JsonValue[] }
  /** Not an object, in which `__proto__` and numbers as keys are special. */
  | { readonly kind: 'map'; readonly entries: readonly JsonEntry[] }

export type JsonEntry = { readonly key: string; readonly source: string; readonly value: JsonValue }

export type JsonResult =
  { readonly ok: true; readonly value: JsonValue } | { readonly ok: false; readonly problem: Prose }

/** More than anybody writes, and few enough for every reader's stack. */
const maxDepth = 50

/** YAML's limit for a key that is not marked with `?` is 1024. */
const maxKeyLength = 1000

/** Why a valid JSON text has no portable YAML. Thrown and caught only in this file. */
class NotPortable extends Error {
  readonly problem: Prose

  constructor(problem: Prose) {
    super()
    this.problem = problem
  }
}

/**
 * Parses JSON into what YAML can represent. It is stricter than `JSON.parse` where readers of YAML
 * would reject the file or disagree: duplicate keys, numbers that are not exact, and deep nesting.
 */
export function parseJson(text: string): JsonResult {
  try {
    JSON.parse(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    return { ok: false, problem: prose`its value is not JSON: ${message}` }
  }
  try {
    return { ok: true, value: createParser(text)(0) }
  } catch (error) {
    if (error instanceof NotPortable) return { ok: false, problem: error.problem }
    throw error
  }
}

const tokenPattern = /"(?:[^"\\]|\\.)*"|[-+.\w]+|[[\]{}]/g

/** @param text valid JSON, so that commas and colons carry no information. */
function createParser(text: string): (depth: number) => JsonValue {
  const tokens = text.matchAll(tokenPattern)
  const next = (): string => tokens.next().value?.[0] ?? ''

  const parseToken = (token: string, depth: number): JsonValue => {
    if (token !== '[' && token !== '{') return parseScalar(token)
    if (depth === maxDepth) {
      throw new NotPortable(prose`its value is nested more than ${String(maxDepth)} levels deep`)
    }
    return token === '[' ? parseList(depth) : parseMap(depth)
  }

  const parseList = (depth: number): JsonValue => {
    const items: JsonValue[] = []
    for (let token = next(); token !== ']'; token = next()) {
      items.push(parseToken(token, depth + 1))
    }
    return { kind: 'list', items }
  }

  const parseMap = (depth: number): JsonValue => {
    const entries: JsonEntry[] = []
    const keys = new Set<string>()
    for (let token = next(); token !== '}'; token = next()) {
      const key = parseText(token)
      if (keys.has(key)) throw new NotPortable(prose`its value has the key \`${key}\` twice`)
      keys.add(key)
      const source = formatString(key)
      if (source.length > maxKeyLength) {
        throw new NotPortable(prose`its value has a key of more than 1,000 characters`)
      }
      entries.push({ key, source, value: parseToken(next(), depth + 1) })
    }
    return { kind: 'map', entries }
  }

  return (depth) => parseToken(next(), depth)
}

/** UTF-8 cannot represent lone surrogates. */
function parseText(token: string): string {
  return String(JSON.parse(token)).toWellFormed()
}

function parseScalar(token: string): JsonScalar {
  if (token.startsWith('"')) {
    const value = parseText(token)
    return { kind: 'scalar', value, source: formatString(value) }
  }
  if (token === 'null') return { kind: 'scalar', value: null, source: token }
  if (token === 'true' || token === 'false') {
    return { kind: 'scalar', value: token === 'true', source: token }
  }
  const source = formatNumber(token)
  return { kind: 'scalar', value: Number(source), source }
}

/**
 * Keeps the digits of a number, in the notation that all readers agree on: PyYAML only accepts an
 * exponent after a decimal point and with a sign.
 */
function formatNumber(token: string): string {
  const value = Number(token)
  if (value === 0 && !/^[^eE]*[1-9]/.test(token)) return /[.eE]/.test(token) ? '0.0' : '0'
  if (/^-?\d+$/.test(token)) {
    if (Number.isFinite(value) && BigInt(token) === BigInt(value)) return token
    throw new NotPortable(
      prose`its value has the number \`${token}\`, which readers of YAML and JSON would round`,
    )
  }
  if (!Number.isFinite(value) || value === 0) {
    throw new NotPortable(
      prose`its value has the number \`${token}\`, which is outside the range of a double`,
    )
  }
  const [mantissa = '', exponent] = token.split(/[eE]/)
  const decimal = mantissa.includes('.') ? mantissa : `${mantissa}.0`
  if (exponent === undefined) return decimal
  return `${decimal}e${/^[-+]/.test(exponent) ? '' : '+'}${exponent}`
}

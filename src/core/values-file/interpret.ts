import { isAlias, isScalar, type Document, type Scalar } from 'yaml'
import { ownedKeys, type OwnedKey, type OwnedValues } from './owned.ts'

/** What npm yaml, PyYAML and Helm make of a scalar. `other` is what they do not agree on, or refuse. */
export type Reading =
  | { readonly kind: 'null' }
  | { readonly kind: 'string'; readonly text: string }
  /** A plain decimal number without sign or leading zeros. */
  | { readonly kind: 'integer'; readonly text: string }
  | { readonly kind: 'other'; readonly text: string }

export type Readings = Partial<Readonly<Record<OwnedKey, Reading>>>

export const stringTag = 'tag:yaml.org,2002:str'
export const integerTag = 'tag:yaml.org,2002:int'

/** Reads a value; undefined for a map, a list, or an alias of one. */
export function readingOf(doc: Document, node: unknown): Reading | undefined {
  if (node === null) return { kind: 'null' }
  if (isScalar(node)) return scalarReading(node)
  if (!isAlias(node)) return undefined
  const target = node.resolve(doc)
  if (target === undefined) return { kind: 'other', text: '' }
  return isScalar(target) ? scalarReading(target) : undefined
}

function scalarReading(scalar: Scalar): Reading {
  const text = scalar.source ?? ''
  const { tag } = scalar
  const plain = scalar.type === 'PLAIN'
  if (tag === undefined && plain) {
    if (/^(?:~|null|Null|NULL|)$/.test(text)) return { kind: 'null' }
    if (integer.test(text)) return { kind: 'integer', text }
    return { kind: stringInAll(text) ? 'string' : 'other', text }
  }
  if (tag === integerTag && plain && integer.test(text)) return { kind: 'integer', text }
  const string = (tag === undefined || tag === stringTag) && sameInAll(scalar)
  return { kind: string ? 'string' : 'other', text }
}

const integer = /^(?:0|[1-9][0-9]*)$/

/** Plain scalars that one of the readers does not take for a string. */
const notString = [
  /^(?:y|n|yes|no|on|off|true|false|null|~|=|<<)$/i,
  /^[-+]?(?:\.[0-9_]+|[0-9][0-9_]*\.?[0-9_]*)(?:e[-+]?[0-9_]+)?$/i,
  /^[-+]?0_*(?:b[01_]*|o[0-7_]*|x[0-9a-f_]*)$/i,
  /^[-+]?[0-9][0-9_]*(?::[0-9]+)+(?:\.[0-9_]*)?$/,
  /^[-+]?\.(?:inf|nan)$/i,
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt\s].*)?$/,
  // Between braces PyYAML refuses these.
  /^[?:]/,
]

function stringInAll(plain: string): boolean {
  return (
    !/[\p{Cc}\u2028\u2029\ufffe\uffff]/u.test(plain) &&
    !notString.some((pattern) => pattern.test(plain))
  )
}

/** Whether quoted, block or tagged text reads the same: no odd line break, no half of an emoji. */
function sameInAll({ source = '', type, srcToken }: Scalar): boolean {
  const raw = srcToken !== undefined && 'source' in srcToken ? srcToken.source : ''
  if (/[^\P{Cc}\t\r\n]|[\u2028\u2029\ufffe\uffff]|\r(?!\n)/u.test(raw)) return false
  if (!source.isWellFormed()) return false
  return type !== 'QUOTE_DOUBLE' || !/\\u[dD][89a-fA-F]/.test(raw)
}

/** The owned keys whose value in the file is not what is wanted, missing ones included. */
export function outdatedKeys(readings: Readings, owned: OwnedValues): OwnedKey[] {
  return ownedKeys.filter((key) => {
    const wanted = owned[key]
    const reading = readings[key]
    return typeof wanted === 'number'
      ? !(reading?.kind === 'integer' && reading.text === String(wanted))
      : !readsAs(reading, wanted ?? '', key)
  })
}

/** Helm prints a number of up to six digits as it stands, and longer ones like 1e+06. */
const longestPlainNumber = 6

function readsAs(reading: Reading | undefined, wanted: string, key: OwnedKey): boolean {
  if (reading === undefined || reading.kind === 'null') return key === 'modelid' && wanted === ''
  if (reading.text !== wanted.toWellFormed()) return false
  if (reading.kind === 'integer') return reading.text.length <= longestPlainNumber
  return reading.kind === 'string'
}

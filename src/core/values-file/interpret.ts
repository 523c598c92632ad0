import { isAlias, isScalar, type Scalar } from 'yaml'
import type { ResolveAlias } from './aliases.ts'
import { ownedKeys, type OwnedKey, type OwnedValues } from './owned.ts'
import type { ScalarStyle } from './quote.ts'

/** What npm yaml, PyYAML and Helm read a scalar as; `other` if they disagree or reject it. */
export type Interpretation =
  | { readonly kind: 'null' }
  /** Only a merge key provides it. */
  | { readonly kind: 'merged' }
  | { readonly kind: 'string'; readonly text: string }
  /** A decimal number without a sign or leading zeros. */
  | { readonly kind: 'integer'; readonly text: string }
  | { readonly kind: 'other'; readonly text: string }

export type Interpretations = Partial<Readonly<Record<OwnedKey, Interpretation>>>

export const stringTag = 'tag:yaml.org,2002:str'
export const integerTag = 'tag:yaml.org,2002:int'

/** Interprets a value; undefined for a map, a list or an alias of one. */
export function interpretNode(
  node: unknown,
  resolveAlias: ResolveAlias,
): Interpretation | undefined {
  if (node === null) return { kind: 'null' }
  if (isScalar(node)) return interpretScalar(describeScalar(node))
  if (!isAlias(node)) return undefined
  const target = resolveAlias(node)
  if (target === undefined) return { kind: 'other', text: '' }
  return isScalar(target) ? interpretScalar(describeScalar(target)) : undefined
}

/** A scalar as a file has it. */
export type WrittenScalar = {
  readonly style: ScalarStyle | 'block'
  /** Without quotes and escapes. */
  readonly text: string
  readonly source: string
  readonly tag: string | undefined
}

function describeScalar({ type, source = '', srcToken, tag }: Scalar): WrittenScalar {
  const style = scalarStyles[type ?? ''] ?? 'block'
  const token = srcToken !== undefined && 'source' in srcToken ? srcToken.source : ''
  return { style, text: source, source: token, tag }
}

const scalarStyles: Readonly<Record<string, ScalarStyle>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
}

export function interpretScalar(scalar: WrittenScalar): Interpretation {
  const { style, text, tag } = scalar
  if (tag === undefined && style === 'plain') {
    if (/^(?:~|null|Null|NULL|)$/.test(text)) return { kind: 'null' }
    if (integerPattern.test(text)) return { kind: 'integer', text }
    return { kind: isPortablePlain(text) ? 'string' : 'other', text }
  }
  if (tag === integerTag && style === 'plain' && integerPattern.test(text)) {
    return { kind: 'integer', text }
  }
  const isString = (tag === undefined || tag === stringTag) && isPortableText(scalar)
  return { kind: isString ? 'string' : 'other', text }
}

const integerPattern = /^(?:0|[1-9][0-9]*)$/

/** Plain scalars that at least one of the readers does not read as a string. */
const nonStringPatterns = [
  /^(?:y|n|yes|no|on|off|true|false|null|~|=|<<)$/i,
  /^(?:[-+]_*)?(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:e[-+]?[0-9_]+)?$/i,
  /^[-+]?0_*(?:b[-+]?[01_]*|o[-+]?[0-7_]*|x[-+]?[0-9a-f_]*)$/i,
  /^[-+]?[0-9][0-9_]*(?::[0-9]+)+(?:\.[0-9_]*)?$/,
  /^[-+]?\.(?:inf|nan)$/i,
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt\s].*)?$/,
  // PyYAML rejects these inside braces.
  /^[?:]/,
]

function isPortablePlain(text: string): boolean {
  return (
    !/[\p{Cc}\u2028\u2029\ufffe\uffff]/u.test(text) &&
    !nonStringPatterns.some((pattern) => pattern.test(text))
  )
}

/** Whether all readers read a quoted, block or tagged scalar as the same text. */
function isPortableText({ style, source }: WrittenScalar): boolean {
  if (/[^\P{Cc}\t\r\n]|[\u2028\u2029\ufffe\uffff]|\r(?!\n)/u.test(source)) return false
  // npm yaml joins the escapes of a surrogate pair into one character; the other readers do not.
  return style !== 'double' || !/\\u[dD][89a-fA-F]/.test(source)
}

/** The owned keys that are missing from the file or whose values differ. */
export function findOutdatedKeys(interpretations: Interpretations, owned: OwnedValues): OwnedKey[] {
  return ownedKeys.filter((key) => {
    const wanted = owned[key]
    const current = interpretations[key]
    return typeof wanted === 'number'
      ? !(current?.kind === 'integer' && current.text === String(wanted))
      : !isEqualString(current, wanted ?? '', key)
  })
}

/** Helm prints numbers of up to six digits unchanged, and longer ones in the form 1e+06. */
const maxPlainDigits = 6

function isEqualString(
  current: Interpretation | undefined,
  wanted: string,
  key: OwnedKey,
): boolean {
  if (current === undefined || current.kind === 'null') return key === 'modelid' && wanted === ''
  if (current.kind === 'merged' || current.text !== wanted.toWellFormed()) return false
  if (current.kind === 'integer') return current.text.length <= maxPlainDigits
  return current.kind === 'string'
}

import type { Scalar } from 'yaml'
import { truncate } from '../core/text/neutralise.ts'
import { own, prose, type Prose } from '../core/text/prose.ts'
import type { Value } from './values.ts'

/** What Helm's YAML reader resolves a scalar to. */
export type Resolved =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  /** Infinity and NaN, too. */
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }

export type ResolvedScalar =
  | { readonly ok: true; readonly resolved: Resolved }
  | { readonly ok: false; readonly problem: Prose }

/**
 * Resolves a scalar as Helm does. Its YAML reader is one of YAML 1.1, so `yes` is true and `010` is 8,
 * but `1:30` and dates are strings. The scalar must have been parsed without any schema of its own.
 */
export function resolveScalar({ value, source = '', type, tag }: Scalar): ResolvedScalar {
  const text = typeof value === 'string' ? value : source
  if (tag === undefined)
    return { ok: true, resolved: type === 'PLAIN' ? resolvePlain(source) : textOf(text) }
  const name = tag.startsWith(tagPrefix) ? tag.slice(tagPrefix.length) : undefined
  switch (name) {
    case 'null':
    case 'bool':
    case 'int':
    case 'float':
      return resolveAs(name, text)
    case 'timestamp':
      return isTimestamp(text) ? { ok: true, resolved: textOf(text) } : mismatch(text, name)
    case 'binary':
      return decodeBase64(text)
    default:
      return { ok: true, resolved: textOf(text) }
  }
}

const tagPrefix = 'tag:yaml.org,2002:'

function textOf(value: string): Resolved {
  return { kind: 'text', value }
}

function resolveAs(name: 'null' | 'bool' | 'int' | 'float', text: string): ResolvedScalar {
  const resolved = resolvePlain(text)
  if (resolved.kind === name) return { ok: true, resolved }
  if (name === 'float' && resolved.kind === 'int' && resolved.value <= maxInt64)
    return { ok: true, resolved: { kind: 'float', value: Number(resolved.value) } }
  return mismatch(text, name)
}

function mismatch(text: string, name: string): ResolvedScalar {
  const written = text === '' ? own('nothing') : prose`\`${truncate(text, 60)}\``
  const problem = prose`${written} is not a value of the tag \`!!${name}\`: correct it, or remove the tag`
  return { ok: false, problem }
}

/** Whether Helm's reader accepts a date, or a date and a time; it checks the numbers, too. */
function isTimestamp(text: string): boolean {
  const match = timestampForms.map((form) => form.exec(text)).find((found) => found !== null)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] =
    match?.slice(1).map(Number) ?? []
  const daysInMonth = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth
  return isDate && hour < 24 && minute < 60 && second < 60
}

const timestampForms = [
  /^(\d{4})-(\d\d?)-(\d\d?)$/,
  /^(\d{4})-(\d\d?)-(\d\d?) (\d\d?):(\d\d?):(\d\d?)(?:\.\d+)?$/,
  /^(\d{4})-(\d\d?)-(\d\d?)[Tt](\d\d?):(\d\d?):(\d\d?)(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)$/,
]

function decodeBase64(text: string): ResolvedScalar {
  const digits = text.replace(/[\r\n]/g, '')
  const isValid = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(digits)
  if (isValid) return { ok: true, resolved: textOf(Buffer.from(digits, 'base64').toString()) }
  const problem = prose`the tag \`!!binary\` is for Base64, with its \`=\` at the end and without blanks: correct the value, or remove the tag`
  return { ok: false, problem }
}

const words: ReadonlyMap<string, Resolved> = new Map<string, Resolved>([
  ...inEachCase('y', 'yes', 'on', 'true').map(entry({ kind: 'bool', value: true })),
  ...inEachCase('n', 'no', 'off', 'false').map(entry({ kind: 'bool', value: false })),
  ...['', '~', ...inEachCase('null')].map(entry({ kind: 'null' })),
  ...inEachCase('inf').flatMap((word) => [
    entry({ kind: 'float', value: Infinity })(`.${word}`),
    entry({ kind: 'float', value: Infinity })(`+.${word}`),
    entry({ kind: 'float', value: -Infinity })(`-.${word}`),
  ]),
  ...['.nan', '.NaN', '.NAN'].map(entry({ kind: 'float', value: NaN })),
])

function entry(resolved: Resolved): (word: string) => [string, Resolved] {
  return (word) => [word, resolved]
}

/** `yes`, `Yes` and `YES`. */
function inEachCase(...texts: readonly string[]): string[] {
  return texts.flatMap((text) => [
    text,
    `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`,
    text.toUpperCase(),
  ])
}

function resolvePlain(text: string): Resolved {
  const word = words.get(text)
  if (word !== undefined) return word
  if (!/^[-+.0-9]/.test(text) || text.startsWith('._')) return textOf(text)
  const digits = text.replaceAll('_', '')
  return integerOf(digits) ?? floatOf(digits) ?? textOf(text)
}

const integerForm = /^([-+]?)(?:0([xob]))?([0-9a-f]+)$/i

const digitsOf: Readonly<Record<string, RegExp>> = {
  '': /^[0-9]+$/,
  x: /^[0-9a-f]+$/i,
  o: /^[0-7]+$/,
  b: /^[01]+$/,
}

const minInt64 = -(2n ** 63n)
const maxInt64 = 2n ** 63n - 1n
const maxUint64 = 2n ** 64n - 1n

/** An integer that fits in 64 bits; others are floats if they are decimal, and otherwise texts. */
function integerOf(text: string): Resolved | undefined {
  const [, sign, prefix, digits = ''] = integerForm.exec(text) ?? []
  const base = prefix?.toLowerCase() ?? (/^0./.test(digits) ? 'o' : '')
  if (digitsOf[base]?.test(digits) !== true) return undefined
  const size = BigInt(base === '' ? digits : `0${base}${digits}`)
  const value = sign === '-' ? -size : size
  const isInRange = value >= minInt64 && value <= (sign === '' ? maxUint64 : maxInt64)
  return isInRange ? { kind: 'int', value } : undefined
}

const floatForm = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:e[-+]?[0-9]+)?$/i

function floatOf(text: string): Resolved | undefined {
  const value = floatForm.test(text) ? Number(text) : NaN
  return Number.isFinite(value) ? { kind: 'float', value } : undefined
}

/** The value in JSON, which Helm turns it into; undefined if JSON has none. */
export function toValue(resolved: Resolved): Value | undefined {
  switch (resolved.kind) {
    case 'null':
      return null
    case 'int':
      return Number(resolved.value)
    case 'float':
      return Number.isFinite(resolved.value) ? resolved.value : undefined
    default:
      return resolved.value
  }
}

/** The key of a map that Helm makes of it; undefined if it accepts none. */
export function toKey(resolved: Resolved): string | undefined {
  switch (resolved.kind) {
    case 'null':
      return undefined
    case 'int':
      return resolved.value > maxInt64 ? undefined : String(resolved.value)
    case 'float':
      return formatFloat(Math.fround(resolved.value))
    default:
      return String(resolved.value)
  }
}

/** A number of 32 bits as Go writes it with the format `g`, except for those that JSON does not have. */
function formatFloat(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const shortest = [0, 1, 2, 3, 4, 5, 6, 7]
    .map((digits) => value.toExponential(digits))
    .find((text) => Math.fround(Number(text)) === value)
  const [mantissa = '', power = ''] = (shortest ?? value.toExponential(8)).split('e')
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 6) return String(Number(`${mantissa}e${power}`))
  return `${mantissa}e${power.slice(0, 1)}${power.slice(1).padStart(2, '0')}`
}

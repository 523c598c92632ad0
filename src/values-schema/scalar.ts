import type { Scalar } from 'yaml'
import type { Value } from './values.ts'

/**
 * The value that Helm reads a scalar as. Its YAML reader is one of YAML 1.1, so `yes` is true and `010`
 * is 8, but `1:30` and dates are strings.
 */
export function scalarValue({ value, source = '', type, tag }: Scalar): Value {
  const text = typeof value === 'string' ? value : source
  if (tag === undefined) return type === 'PLAIN' ? plainValue(source) : text
  switch (tag) {
    case 'tag:yaml.org,2002:int':
    case 'tag:yaml.org,2002:float':
    case 'tag:yaml.org,2002:bool':
    case 'tag:yaml.org,2002:null':
      return plainValue(text)
    case 'tag:yaml.org,2002:binary':
      return Buffer.from(text, 'base64').toString()
    default:
      return text
  }
}

const words: ReadonlyMap<string, Value> = new Map<string, Value>([
  ...inEachCase('y', 'yes', 'on', 'true').map((word): [string, Value] => [word, true]),
  ...inEachCase('n', 'no', 'off', 'false').map((word): [string, Value] => [word, false]),
  ...['', '~', ...inEachCase('null')].map((word): [string, Value] => [word, null]),
])

/** `yes`, `Yes` and `YES`. */
function inEachCase(...texts: readonly string[]): string[] {
  return texts.flatMap((text) => [
    text,
    `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`,
    text.toUpperCase(),
  ])
}

function plainValue(text: string): Value {
  const word = words.get(text)
  if (word !== undefined) return word
  const digits = /^[-+.0-9]/.test(text) ? text.replaceAll('_', '') : ''
  return /^\.?_/.test(text) ? text : (numberOf(digits) ?? text)
}

const integerForms = /^([-+]?)0([xob]?)([0-9a-f]+)$/i

const floatForm = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:e[-+]?[0-9]+)?$/i

function numberOf(digits: string): number | undefined {
  const [, sign, base = '', rest = ''] = integerForms.exec(digits) ?? []
  if (sign !== undefined) {
    const integer = Number(`0${base === '' ? 'o' : base}${rest}`)
    if (!Number.isNaN(integer)) return sign === '-' ? 0 - integer : integer
  }
  if (!floatForm.test(digits)) return undefined
  const float = Number(digits)
  // Adding 0 turns -0 into 0.
  return Number.isFinite(float) ? float + 0 : undefined
}

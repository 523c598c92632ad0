/** What a plain scalar says in YAML's core schema, with the one spelling that all readers share. */
export type CoreValue =
  | { readonly type: 'number' | 'boolean' | 'null'; readonly value: unknown; readonly text: string }
  | { readonly type: 'string' }

const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const other = /^0(?:o[0-7]+|x[0-9a-fA-F]+)$/

/**
 * Reads a text by YAML 1.2's core schema. Numbers that not every reader takes as the same number
 * (infinite ones, integers beyond a double's precision) count as strings.
 */
export function coreValue(text: string): CoreValue {
  if (/^(?:null|Null|NULL|~|)$/.test(text)) return { type: 'null', value: null, text: 'null' }
  const boolean = /^(?:true|True|TRUE|false|False|FALSE)$/.test(text)
  if (boolean) {
    const value = text.toLowerCase() === 'true'
    return { type: 'boolean', value, text: String(value) }
  }
  if (!decimal.test(text) && !other.test(text)) return { type: 'string' }
  const value = Number(text) + 0
  return isShared(text, value)
    ? { type: 'number', value, text: spelling(value) }
    : { type: 'string' }
}

function isShared(text: string, value: number): boolean {
  if (!Number.isFinite(value)) return false
  const isInteger = other.test(text) || /^[-+]?[0-9]+$/.test(text)
  return !isInteger || BigInt(text.replace(/^[-+]/, '')) === BigInt(Math.abs(value))
}

/** PyYAML takes an exponent only behind a point and with a sign: `1.0e+21`. */
function spelling(value: number): string {
  const text = String(value)
  return text.includes('.') ? text : text.replace('e', '.0e')
}

import { restyle, yamlString } from '../values-file/quote.ts'
import { blockEnd, fillBlock } from './block.ts'
import type { Site } from './parse.ts'
import { joinParts, type PlaceholderValues } from './placeholder-values.ts'

/** A filled-in scalar: its source in YAML, and the value that a reader must find there. */
export type Filled = { readonly source: string; readonly value: unknown }

/** Writes a scalar with its placeholders filled in, in the style it has in the template. */
export function fillSite(site: Site, source: string, values: PlaceholderValues): Filled {
  const text = joinParts(site.parts, values)
  switch (site.node.type) {
    case 'BLOCK_LITERAL':
    case 'BLOCK_FOLDED':
      return { value: text, source: block(site, source, values, text) }
    case 'QUOTE_DOUBLE':
      return { value: text, source: restyle(text, 'double') }
    case 'QUOTE_SINGLE':
      return { value: text, source: restyle(text, 'single') }
    default:
      return isTyped(site) ? typed(text) : { value: text, source: yamlString(text) }
  }
}

function block({ node }: Site, source: string, values: PlaceholderValues, text: string): string {
  return fillBlock(source, node, values, text) ?? `${restyle(text, 'double')}${blockEnd(source)}`
}

/** Keys are strings for every reader of values files, and so are scalars tagged as such. */
function isTyped({ node, parts, isKey }: Site): boolean {
  return !isKey && node.tag === undefined && parts.length === 1 && parts[0]?.kind === 'placeholder'
}

function typed(text: string): Filled {
  const core = coreValue(text)
  return core.type === 'string'
    ? { value: text, source: yamlString(text) }
    : { value: core.value, source: core.text }
}

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

import { formatString, formatStringAs } from '../values-file/quote.ts'
import { blockTrailer, renderBlockScalar } from './block.ts'
import type { TemplateScalar } from './parse.ts'
import { renderSegments, type PlaceholderValues } from './placeholder-values.ts'

/** A rendered scalar: its YAML source, and the value that it must be read as. */
export type RenderedScalar = { readonly source: string; readonly value: unknown }

/** Renders a scalar and keeps the style that it has in the template. */
export function renderScalar(
  scalar: TemplateScalar,
  source: string,
  values: PlaceholderValues,
): RenderedScalar {
  const text = renderSegments(scalar.segments, values)
  switch (scalar.node.type) {
    case 'BLOCK_LITERAL':
    case 'BLOCK_FOLDED':
      return { value: text, source: renderBlockOrQuoted(scalar, source, values, text) }
    case 'QUOTE_DOUBLE':
      return { value: text, source: formatStringAs(text, 'double') }
    case 'QUOTE_SINGLE':
      return { value: text, source: formatStringAs(text, 'single') }
    default:
      return isTyped(scalar) ? renderTyped(text) : { value: text, source: formatString(text) }
  }
}

function renderBlockOrQuoted(
  { node }: TemplateScalar,
  source: string,
  values: PlaceholderValues,
  text: string,
): string {
  return (
    renderBlockScalar(source, node, values, text) ??
    `${formatStringAs(text, 'double')}${blockTrailer(source)}`
  )
}

/** Keys, and scalars tagged as strings, are strings whatever their value is. */
function isTyped({ node, segments, isKey }: TemplateScalar): boolean {
  return (
    !isKey && node.tag === undefined && segments.length === 1 && segments[0]?.kind === 'placeholder'
  )
}

function renderTyped(text: string): RenderedScalar {
  const core = parseCoreValue(text)
  return core.type === 'string'
    ? { value: text, source: formatString(text) }
    : { value: core.value, source: core.text }
}

/** A plain scalar's value in YAML's core schema, with a source that all readers agree on. */
export type CoreValue =
  | { readonly type: 'number' | 'boolean' | 'null'; readonly value: unknown; readonly text: string }
  | { readonly type: 'string' }

const decimalPattern = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const octalOrHexPattern = /^0(?:o[0-7]+|x[0-9a-fA-F]+)$/

/**
 * Parses a text according to YAML 1.2's core schema. Numbers on which readers disagree (infinities,
 * integers beyond a double's precision) are treated as strings.
 */
function parseCoreValue(text: string): CoreValue {
  if (/^(?:null|Null|NULL|~|)$/.test(text)) return { type: 'null', value: null, text: 'null' }
  const isBoolean = /^(?:true|True|TRUE|false|False|FALSE)$/.test(text)
  if (isBoolean) {
    const value = text.toLowerCase() === 'true'
    return { type: 'boolean', value, text: String(value) }
  }
  if (!decimalPattern.test(text) && !octalOrHexPattern.test(text)) return { type: 'string' }
  const value = Number(text) + 0
  return isPortableNumber(text, value)
    ? { type: 'number', value, text: formatNumber(value) }
    : { type: 'string' }
}

function isPortableNumber(text: string, value: number): boolean {
  if (!Number.isFinite(value)) return false
  const isInteger = octalOrHexPattern.test(text) || /^[-+]?[0-9]+$/.test(text)
  return !isInteger || BigInt(text.replace(/^[-+]/, '')) === BigInt(Math.abs(value))
}

/** PyYAML only accepts an exponent after a decimal point and with a sign: `1.0e+21`. */
function formatNumber(value: number): string {
  const text = String(value)
  return text.includes('.') ? text : text.replace('e', '.0e')
}

import type { Edit } from '../values-file/edit.ts'
import { formatStringAs, type ScalarStyle } from '../values-file/quote.ts'
import { blockTrailer, renderBlockScalar, type RenderedBlock } from './block.ts'
import { parseJson, type JsonCollection } from './json.ts'
import { formatCollection } from './json-source.ts'
import { isCompletePlain, type TemplateScalar } from './placeholder.ts'
import { renderSegments, type PlaceholderValues } from './placeholder-values.ts'

/** A rendered scalar. */
export type RenderedScalar = {
  readonly source: string
  /** What it must be read as. */
  readonly value: string | CoreValue | JsonCollection
  /** Whether every reader certainly reads that value, so that nobody has to check. */
  readonly isProven: boolean
}

/** Puts a rendered scalar in its place in the template. */
export function replaceScalar({ node, place }: TemplateScalar, source: string): Edit {
  const [start, end] = node.range
  const isBelow = place !== undefined && /^\r?\n/.test(source)
  const at = isBelow ? place.from : start
  return { at, remove: end - at, insert: source }
}

/** Renders a scalar and keeps the style that it has in the template. */
export function renderScalar(
  scalar: TemplateScalar,
  source: string,
  values: PlaceholderValues,
): RenderedScalar {
  // UTF-8 cannot represent lone surrogates; those of a template are escaped.
  const text = renderSegments(scalar.segments, values).toWellFormed()
  switch (scalar.node.type) {
    case 'BLOCK_LITERAL':
    case 'BLOCK_FOLDED':
      return { value: text, ...renderBlockOrQuoted(scalar, source, values, text) }
    case 'QUOTE_DOUBLE':
      return renderString(text, 'double')
    case 'QUOTE_SINGLE':
      return renderString(text, 'single')
    default:
      if (!isCompletePlain(scalar)) return renderString(text, 'plain')
      return isJson(scalar) ? renderJson(text, scalar) : renderTyped(text)
  }
}

/** One line that is valid wherever a scalar that is no key can be. */
function renderString(text: string, style: ScalarStyle): RenderedScalar {
  return { value: text, source: formatStringAs(text, style), isProven: true }
}

function renderBlockOrQuoted(
  scalar: TemplateScalar,
  source: string,
  values: PlaceholderValues,
  text: string,
): RenderedBlock {
  return (
    renderBlockScalar(source, scalar, values, text) ?? {
      source: `${formatStringAs(text, 'double')}${blockTrailer(source)}`,
      isProven: false,
    }
  )
}

function isJson({ segments: [segment] }: TemplateScalar): boolean {
  return segment?.kind === 'placeholder' && segment.placeholder.isJson
}

/** The caller has checked that the text is JSON; an empty one comes from an empty fallback. */
function renderJson(text: string, { place }: TemplateScalar): RenderedScalar {
  const parsed = parseJson(text === '' ? 'null' : text)
  if (!parsed.ok) throw new Error('a value that is not JSON was not reported')
  const { value } = parsed
  return value.kind === 'scalar'
    ? { value: value.value, source: value.source, isProven: true }
    : { value, source: formatCollection(value, place), isProven: false }
}

function renderTyped(text: string): RenderedScalar {
  const core = parseCoreValue(text)
  return core === undefined
    ? renderString(text, 'plain')
    : { value: core, source: formatCoreValue(core), isProven: true }
}

/** The value of a plain scalar in YAML's core schema, unless it is a string. */
type CoreValue = number | boolean | null

const decimalPattern = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const octalOrHexPattern = /^0(?:o[0-7]+|x[0-9a-fA-F]+)$/

/**
 * Parses a text according to YAML 1.2's core schema. Numbers on which readers disagree (infinities,
 * integers beyond a double's precision) are treated as strings.
 */
function parseCoreValue(text: string): CoreValue | undefined {
  if (/^(?:null|Null|NULL|~|)$/.test(text)) return null
  if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(text)) return text.toLowerCase() === 'true'
  if (!decimalPattern.test(text) && !octalOrHexPattern.test(text)) return undefined
  const value = Number(text) + 0
  return isPortableNumber(text, value) ? value : undefined
}

function isPortableNumber(text: string, value: number): boolean {
  if (!Number.isFinite(value)) return false
  const isInteger = octalOrHexPattern.test(text) || /^[-+]?[0-9]+$/.test(text)
  return !isInteger || BigInt(text.replace(/[-+]/, '')) === BigInt(Math.abs(value))
}

/** PyYAML only accepts an exponent after a decimal point and with a sign: `1.0e+21`. */
function formatCoreValue(value: CoreValue): string {
  const text = String(value)
  return typeof value !== 'number' || text.includes('.') ? text : text.replace('e', '.0e')
}

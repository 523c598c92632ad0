import type { Scalar } from 'yaml'
import { prose, type Prose } from '../text/prose.ts'
import type { FieldReference } from './fields.ts'
import { parseJson } from './json.ts'
import type { BlockPlace } from './json-source.ts'
import { escapeAdvice, parseName, slip, type Malformation } from './placeholder-name.ts'

/** A parsed `${field.key:-fallback}`. */
export type Placeholder = FieldReference & {
  /** `${…}` without its fallback, for messages. */
  readonly label: string
  /** What replaces a missing or empty value: literal text and other placeholders. */
  readonly fallback: readonly FallbackPart[] | undefined
  /** Whether the value is JSON, and becomes the map, list or scalar that it is. */
  readonly isJson: boolean
}

export type FallbackPart = string | Placeholder

/** Part of a scalar's text: literal text, a placeholder, or an invalid placeholder. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string; readonly source: string }
  | { readonly kind: 'placeholder'; readonly placeholder: Placeholder; readonly source: string }
  | MalformedSegment

type MalformedSegment = { readonly kind: 'malformed'; readonly source: string } & Malformation

/** A scalar of the template that contains placeholders or escapes. */
export type TemplateScalar = {
  readonly node: Scalar.Parsed
  readonly segments: readonly Segment[]
  readonly isKey: boolean
  /** Whether it is a key, or a part of one. */
  readonly isInKey: boolean
  /** Where a list or map that replaces it has room; undefined: on its own line. */
  readonly place: BlockPlace | undefined
}

/** Whether a scalar is nothing but one placeholder, whose value decides its type. */
export function isCompletePlain({ node, segments, isKey }: TemplateScalar): boolean {
  return node.type === 'PLAIN' && !isKey && node.tag === undefined && segments.length === 1
}

/** The escape `$${`, or the start of Helm's `{{`, GitHub's `${{` or a placeholder. */
const tokenStart = /\$\$\{|\$?\{\{|\$\{/g

/**
 * Splits a text into segments, whose concatenated sources are the text. A complete `{{ … }}` or
 * `${{ … }}` is literal, including everything in it.
 */
export function parseSegments(text: string): Segment[] {
  const segments: Segment[] = []
  let end = 0
  let lastClosing: number | undefined
  tokenStart.lastIndex = 0
  for (let match = tokenStart.exec(text); match !== null; match = tokenStart.exec(text)) {
    const [token] = match
    if (match.index > end) segments.push(literal(text.slice(end, match.index)))
    end = match.index
    if (token === '$${') {
      end += token.length
      segments.push(literal(token, '${'))
    } else if (token === '${') {
      const segment = parsePlaceholder(text, end, 0)
      end += segment.source.length
      segments.push(segment)
    } else {
      lastClosing ??= text.lastIndexOf('}}')
      const from = end + token.length
      end = from <= lastClosing ? text.indexOf('}}', from) + 2 : from
      segments.push(literal(text.slice(match.index, end)))
    }
    tokenStart.lastIndex = end
  }
  if (end < text.length) segments.push(literal(text.slice(end)))
  return segments
}

function literal(source: string, text = source): Segment {
  return { kind: 'literal', text, source }
}

/** Placeholders within placeholders; nobody needs as many. */
const maxDepth = 10

/** A name: everything up to `:-`, the closing brace or the end of the line. */
const namePattern = /(?:(?!:-)[^}\n])*/y

const linePattern = /[^\n]*/y

/** Text in a fallback. */
const textPattern = /(?:[^{}$\n]|\$(?!\$?\{))+/y

type PlaceholderSegment = Exclude<Segment, { kind: 'literal' }>

/** Parses the placeholder at an offset; its `source` is what it takes of the text. */
function parsePlaceholder(text: string, start: number, depth: number): PlaceholderSegment {
  const nameStart = start + '${'.length
  const name = matchAt(namePattern, text, nameStart)
  let end = nameStart + name.length
  if (text[end] === '}') return createPlaceholder(text.slice(start, end + 1), name, undefined)
  if (!text.startsWith(':-', end)) return unclosed(text, start)
  end += ':-'.length
  const parts: FallbackPart[] = []
  for (;;) {
    const fallbackText = matchAt(textPattern, text, end)
    end += fallbackText.length
    if (fallbackText !== '') {
      parts.push(fallbackText)
    } else if (text[end] === '}') {
      return createPlaceholder(text.slice(start, end + 1), name, parts)
    } else if (text[end] === undefined || text[end] === '\n') {
      return unclosed(text, start)
    } else if (depth < maxDepth && startsPlaceholder(text, end)) {
      const inner = parsePlaceholder(text, end, depth + 1)
      end += inner.source.length
      if (inner.kind === 'malformed') return { ...inner, source: text.slice(start, end) }
      if (inner.placeholder.isJson) return innerJson(text.slice(start, end))
      parts.push(inner.placeholder)
    } else {
      return strayBrace(text, start, end)
    }
  }
}

function startsPlaceholder(text: string, at: number): boolean {
  return text.startsWith('${', at) && text[at + 2] !== '{'
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

function malformed(source: string, problem: Prose): MalformedSegment {
  return { kind: 'malformed', problem, isUnknown: false, source }
}

/** A placeholder without a closing brace on its line takes the rest of it. */
function unclosed(text: string, start: number): MalformedSegment {
  const source = matchAt(linePattern, text, start)
  return malformed(
    source,
    prose`\`${source.trimEnd()}\` has no closing \`}\`: quote a scalar that contains \`: \` or \` #\`, and ${escapeAdvice}`,
  )
}

/** A fallback with a brace ends at the first closing one, if there is one on the line. */
function strayBrace(text: string, start: number, at: number): MalformedSegment {
  const rest = matchAt(/[^}\n]*\}?/y, text, at)
  const source = text.slice(start, at + rest.length)
  const problem = prose`the fallback in \`${source}\` can't contain \`{\``
  return malformed(
    source,
    /^\$\{json:/i.test(source)
      ? prose`${problem}, so it can't be a map: write \`null\`, or another placeholder as in \`\${json:run.params.x:-\${model.tags.x}}\``
      : prose`${problem}, except in another placeholder such as \`\${run.params.x:-\${model.tags.x}}\``,
  )
}

function innerJson(source: string): MalformedSegment {
  return malformed(
    source,
    prose`the fallback in \`${source}\` can't contain \`json:\`: write it in front of the first name, as in \`\${json:run.params.x:-\${model.tags.x}}\``,
  )
}

function createPlaceholder(
  source: string,
  name: string,
  fallback: readonly FallbackPart[] | undefined,
): PlaceholderSegment {
  const reference = parseName(name, source.slice('${'.length + name.length, -'}'.length))
  if ('problem' in reference) return { kind: 'malformed', source, ...reference }
  const label = `\${${name}}`
  const problem = reference.isJson ? findFallbackProblem(label, fallback ?? []) : undefined
  return problem === undefined
    ? { kind: 'placeholder', placeholder: { ...reference, label, fallback }, source }
    : { kind: 'malformed', source, ...slip(problem) }
}

/** An empty fallback of a JSON value stands for null, as it does for any other type. */
function findFallbackProblem(label: string, fallback: readonly FallbackPart[]): Prose | undefined {
  const text = fallback.every((part) => typeof part === 'string') ? fallback.join('') : ''
  const parsed = text === '' ? undefined : parseJson(text)
  return parsed?.ok === false
    ? prose`the fallback of \`${label}\` can't be used, because ${parsed.problem}`
    : undefined
}

/** A placeholder and those in its fallback, at any depth. */
export function withFallbacks(placeholder: Placeholder): readonly Placeholder[] {
  const inner = (placeholder.fallback ?? []).filter((part) => typeof part !== 'string')
  return [placeholder, ...inner.flatMap(withFallbacks)]
}

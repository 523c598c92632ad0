import type { Scalar } from 'yaml'
import { own, prose, type Prose } from '../text/prose.ts'
import { findReference, suggestReference, type FieldReference } from './fields.ts'

/** A parsed `${field.key:-fallback}`. */
export type Placeholder = FieldReference & {
  /** `${…}` without its fallback, for messages. */
  readonly label: string
  /** Literal text that replaces a missing or empty value. */
  readonly fallback: string | undefined
}

/** Part of a scalar's text: literal text, a placeholder, or an invalid placeholder. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string; readonly source: string }
  | { readonly kind: 'placeholder'; readonly placeholder: Placeholder; readonly source: string }
  | ({ readonly kind: 'malformed'; readonly source: string } & Malformation)

type Malformation = {
  readonly problem: Prose
  /** There is no such placeholder, nor one with a similar name. */
  readonly isUnknown: boolean
}

/** A scalar of the template that contains placeholders or escapes. */
export type TemplateScalar = {
  readonly node: Scalar.Parsed
  readonly segments: readonly Segment[]
  readonly isKey: boolean
  /** Whether it is a key, or a part of one. */
  readonly isInKey: boolean
}

/** The escape `$${`, or the start of Helm's `{{`, GitHub's `${{` or a placeholder. */
const tokenStart = /\$\$\{|\$?\{\{|\$\{/g

/** A placeholder's text, as far as it is on one line. */
const placeholderBody = /([^}\n]*)(\}?)/y

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
      placeholderBody.lastIndex = end + token.length
      const [rest = '', body = '', brace] = placeholderBody.exec(text) ?? []
      const source = `${token}${rest}`
      end += source.length
      segments.push(brace === '}' ? parsePlaceholder(source, body) : unclosed(source))
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

function malformed(source: string, problem: Prose): Segment {
  return { kind: 'malformed', problem, isUnknown: false, source }
}

function unclosed(source: string): Segment {
  return malformed(
    source,
    prose`\`${source.trimEnd()}\` has no closing \`}\`: quote a scalar that contains \`: \` or \` #\`, and ${escapeAdvice}`,
  )
}

const escapeAdvice = own('write `$${` for a literal `${`')

function parsePlaceholder(source: string, body: string): Segment {
  const separator = body.indexOf(':-')
  const name = separator < 0 ? body : body.slice(0, separator)
  const fallback = separator < 0 ? undefined : body.slice(separator + 2)
  if (fallback?.includes('{') === true) {
    return malformed(
      source,
      prose`the fallback in \`${source}\` is literal text up to the first \`}\`: it can't contain \`{\` or another placeholder`,
    )
  }
  const reference = parseName(name, body.slice(name.length))
  return 'problem' in reference
    ? { kind: 'malformed', source, ...reference }
    : {
        kind: 'placeholder',
        placeholder: { ...reference, label: `\${${name}}`, fallback },
        source,
      }
}

/** What MLflow never has in the name of a parameter, a metric or a tag. */
const impossibleInKey = /[^\w/. :\-\P{ASCII}]|\p{DI}/u

/**
 * Returns what a name refers to, or the problem as text. `suffix` is what follows the name up to the
 * closing brace.
 */
function parseName(name: string, suffix: string): FieldReference | Malformation {
  const operator = /:\s*[-=?+\u2010-\u2015\u2212]/u.exec(name)
  const known = operator === null ? name : name.slice(0, operator.index)
  const reference = findReference(known)
  if (reference === undefined) return unknown(name, known, suffix)
  const { field, key } = reference
  const clean = key === undefined ? field : `${field}.${key}`
  if (operator !== null) {
    return slip(
      prose`\`\${${name}}\` has \`${operator[0]}\`, but only \`:-\` starts a fallback: write \`\${${clean}:-fallback}\``,
    )
  }
  const [impossible] = impossibleInKey.exec(key ?? '') ?? []
  if (impossible !== undefined) {
    return slip(
      prose`\`\${${name}}\` can't have a value: a name in MLflow has letters, digits, spaces and \`_-./:\` but not \`${printable(impossible)}\` (a fallback starts with \`:-\`)`,
    )
  }
  return clean === name
    ? reference
    : slip(
        prose`\`\${${name}${suffix}}\` has blanks around its name: write \`\${${clean}${suffix}}\``,
      )
}

function slip(problem: Prose): Malformation {
  return { problem, isUnknown: false }
}

/** @param known the name without anything that looks like a fallback. */
function unknown(name: string, known: string, suffix: string): Malformation {
  const suggestion = suggestReference(known)
  const problem = prose`unknown placeholder \`\${${name}}\``
  return suggestion === undefined
    ? { problem: prose`${problem} (${escapeAdvice})`, isUnknown: true }
    : slip(prose`${problem}: did you mean \`\${${suggestion}${suffix}}\`?`)
}

function printable(character: string): string {
  return /\p{DI}|\p{Cc}/u.test(character)
    ? `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
    : character
}

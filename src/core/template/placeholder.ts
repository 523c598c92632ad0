const textFieldNames = [
  'run.id',
  'run.name',
  'run.slug',
  'experiment.id',
  'experiment.name',
  'model.name',
  'model.slug',
  'model.version',
  'model.id',
  'model.source',
  'model.artifacts',
  'model.description',
  'model.aliases',
] as const

const mapFieldNames = ['run.params', 'run.metrics', 'run.tags', 'model.tags'] as const

/** The names of all placeholders, without the key after `params`, `metrics` and `tags`. */
export const fieldNames = [...textFieldNames, ...mapFieldNames] as const

export type TextField = (typeof textFieldNames)[number]
export type MapField = (typeof mapFieldNames)[number]

/** What a placeholder refers to: a text, or an entry of a map. */
export type FieldReference =
  | { readonly field: TextField; readonly key?: never }
  | { readonly field: MapField; readonly key: string }

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
  | { readonly kind: 'malformed'; readonly problem: string; readonly source: string }

/**
 * In this order: the escape `$${`; a complete Helm `{{ … }}` or GitHub `${{ … }}`; a placeholder, or
 * the start of one that is not closed on its line.
 */
const tokenPattern = /\$\$\{|\$?\{\{[^]*?\}\}|\$\{\{|\$\{([^}\n]*)(\}?)/g

/** Splits a text into segments, whose concatenated sources are the text. */
export function parseSegments(text: string): Segment[] {
  const segments: Segment[] = []
  let end = 0
  for (const match of text.matchAll(tokenPattern)) {
    if (match.index > end) segments.push(literal(text.slice(end, match.index)))
    segments.push(parseSegment(match))
    end = match.index + match[0].length
  }
  if (end < text.length) segments.push(literal(text.slice(end)))
  return segments
}

function literal(source: string, text = source): Segment {
  return { kind: 'literal', text, source }
}

function parseSegment([source, body, brace]: RegExpExecArray): Segment {
  if (source === '$${') return literal(source, '${')
  if (body === undefined) return literal(source)
  const malformed = (problem: string): Segment => ({ kind: 'malformed', problem, source })
  if (brace !== '}') {
    return malformed(
      `${source.trimEnd()} has no closing } (quote a scalar that contains ": " or " #"; write $\${ for a literal \${)`,
    )
  }
  const separator = body.indexOf(':-')
  const name = separator < 0 ? body : body.slice(0, separator)
  const fallback = separator < 0 ? undefined : body.slice(separator + 2)
  if (fallback !== undefined && /[$]\{|\{\{/.test(fallback)) {
    return malformed(`the fallback in ${source} is literal text: it can't hold \${ or {{`)
  }
  const reference = parseFieldName(name)
  if (reference === undefined) {
    return malformed(`unknown placeholder \${${name}}; ${knownPlaceholders}`)
  }
  return {
    kind: 'placeholder',
    placeholder: { ...reference, label: `\${${name}}`, fallback },
    source,
  }
}

const knownPlaceholders = `there are ${[...textFieldNames, ...mapFieldNames.map((map) => `${map}.NAME`)].join(', ')} (write $\${ for a literal \${)`

function parseFieldName(name: string): FieldReference | undefined {
  const field = textFieldNames.find((fieldName) => fieldName === name)
  if (field !== undefined) return { field }
  const map = mapFieldNames.find(
    (prefix) => name.startsWith(`${prefix}.`) && name.length > prefix.length + 1,
  )
  return map === undefined ? undefined : { field: map, key: name.slice(map.length + 1) }
}

const texts = [
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

const maps = ['run.params', 'run.metrics', 'run.tags', 'model.tags'] as const

/** Every placeholder's name, without the key behind `params`, `metrics` and `tags`. */
export const fields = [...texts, ...maps] as const

export type TextField = (typeof texts)[number]
export type MapField = (typeof maps)[number]

/** What a placeholder asks for: one text, or one entry of a map. */
export type Query =
  | { readonly field: TextField; readonly key?: never }
  | { readonly field: MapField; readonly key: string }

/** `${field.key:-fallback}` as it stands in the template. */
export type Placeholder = Query & {
  /** `${…}` without its fallback, for messages. */
  readonly label: string
  /** Literal text for a value that is missing or empty. */
  readonly fallback: string | undefined
}

/** A scalar's text: literal pieces and placeholders, and what can't be read as either. */
export type Part =
  | { readonly kind: 'literal'; readonly text: string; readonly source: string }
  | { readonly kind: 'placeholder'; readonly placeholder: Placeholder; readonly source: string }
  | { readonly kind: 'malformed'; readonly problem: string; readonly source: string }

/**
 * In this order: the escape `$${`; Helm's `{{ … }}` and GitHub's `${{ … }}`, whole; a
 * placeholder, or the beginning of one without an end on its line.
 */
const token = /\$\$\{|\$?\{\{[^]*?\}\}|\$\{\{|\$\{([^}\n]*)(\}?)/g

/** Splits a text at its placeholders; the sources of the parts, joined, are the text. */
export function splitText(text: string): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const match of text.matchAll(token)) {
    if (match.index > end) parts.push(literal(text.slice(end, match.index)))
    parts.push(partOf(match))
    end = match.index + match[0].length
  }
  if (end < text.length) parts.push(literal(text.slice(end)))
  return parts
}

function literal(source: string, text = source): Part {
  return { kind: 'literal', text, source }
}

function partOf([source, body, brace]: RegExpExecArray): Part {
  if (source === '$${') return literal(source, '${')
  if (body === undefined) return literal(source)
  const malformed = (problem: string): Part => ({ kind: 'malformed', problem, source })
  if (brace !== '}') {
    return malformed(
      `${source.trimEnd()} has no closing } (quote a scalar that holds ": " or " #"; write $\${ for a literal \${)`,
    )
  }
  const cut = body.indexOf(':-')
  const name = cut < 0 ? body : body.slice(0, cut)
  const fallback = cut < 0 ? undefined : body.slice(cut + 2)
  if (fallback !== undefined && /[$]\{|\{\{/.test(fallback)) {
    return malformed(`the fallback in ${source} is literal text: it can't hold \${ or {{`)
  }
  const query = queryOf(name)
  if (query === undefined) {
    return malformed(`unknown placeholder \${${name}}; ${knownPlaceholders}`)
  }
  return {
    kind: 'placeholder',
    placeholder: { ...query, label: `\${${name}}`, fallback },
    source,
  }
}

const knownPlaceholders = `there are ${[...texts, ...maps.map((map) => `${map}.NAME`)].join(', ')} (write $\${ for a literal \${)`

function queryOf(name: string): Query | undefined {
  const field = texts.find((text) => text === name)
  if (field !== undefined) return { field }
  const map = maps.find(
    (prefix) => name.startsWith(`${prefix}.`) && name.length > prefix.length + 1,
  )
  return map === undefined ? undefined : { field: map, key: name.slice(map.length + 1) }
}

import { isEarly, type Draft } from './drafts.ts'

/** Ajv acts on these, and Helm does not: they belong to no draft that is supported. */
const ignored = new Set(['$async', 'nullable'])

/** The keys of these are names that the schema's author chose. */
const maps = new Set([
  'properties',
  'patternProperties',
  'dependencies',
  'dependentSchemas',
  'definitions',
  '$defs',
])

/** What is in these is a value, not a schema. */
const data = new Set(['enum', 'const', 'default', 'examples'])

/**
 * Removes what Ajv acts on and Helm ignores, and rewrites what only Helm acts on. A reference can lead
 * anywhere, so what is in unknown keywords is taken for schemas.
 */
export function withoutIgnored(schema: unknown, draft: Draft): unknown {
  return strip(schema)

  function strip(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(strip)
    if (!isRecord(value)) return value
    // Early drafts ignore what is beside a `$ref`; Ajv can be told so, but still looks at `type`.
    const isReference = isEarly(draft) && typeof value.$ref === 'string'
    if (isReference && 'const' in value) return strip(withConstant(value))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !ignored.has(key) && !(isReference && key === 'type'))
        .map(([key, item]) => [key, stripKeyword(key, item)]),
    )
  }

  function stripKeyword(key: string, value: unknown): unknown {
    if (data.has(key)) return value
    if (!maps.has(key) || !isRecord(value)) return strip(value)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, strip(item)]))
  }
}

/** Helm's validator does look at a `const` beside a `$ref`, and at nothing else there. */
function withConstant(value: Record<string, unknown>): Record<string, unknown> {
  const { $ref, const: constant } = value
  const kept = Object.entries(value).filter(([key]) => ['definitions', '$defs'].includes(key))
  return { ...Object.fromEntries(kept), allOf: [{ $ref }, { const: constant }] }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

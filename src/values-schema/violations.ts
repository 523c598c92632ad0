import { suggestName } from '../core/text/closest.ts'
import { own, prose, type Prose } from '../core/text/prose.ts'
import type { ErrorObject } from './ajv.ts'
import type { Chart } from './dependencies.ts'
import { describeRule, isConsequence, propertyOf, showValue } from './rules.ts'
import type { CompiledSchema } from './schema-file.ts'
import { formatPointer, parsePointer, toPlain, valueAt, type Values } from './values.ts'

/** The schemas of a chart and its subcharts, by path. */
export type Schemas = ReadonlyMap<string, Extract<CompiledSchema, { ok: true }>>

/** A value that a schema rejects. */
export type Violation = {
  /** Keys and indexes in the values of the file. */
  readonly path: readonly string[]
  /** Keyword of JSON Schema. */
  readonly rule: string
  /** What is wrong, with the pointer and the value. */
  readonly text: Prose
  /** Whether the value comes from the file; otherwise it is a default, or missing. */
  readonly isInFile: boolean
}

/** Errors that are looked at: with thousands, nobody reads them all. */
const maxErrors = 200

export type LocatedError = {
  readonly error: ErrorObject
  readonly chart: Chart
  readonly schema: unknown
  readonly path: readonly string[]
  readonly values: Values
}

/** The errors of a chart, and those of its subcharts. */
export function collectErrors(
  chart: Chart,
  values: Values,
  schemas: Schemas,
  path: readonly string[] = [],
): LocatedError[] {
  const schema = schemas.get(chart.schemaPath)
  const isValid = schema === undefined || schema.validate(toPlain(values))
  const errors = isValid ? [] : (schema.validate.errors ?? []).slice(0, maxErrors)
  const own = errors
    .filter((error) => !isConsequence(error))
    .map((error) => ({ error, chart, schema: schema?.json, path, values }))
  const below = chart.subcharts.flatMap((subchart) => {
    const part = values.get(subchart.name)
    return part instanceof Map
      ? collectErrors(subchart, part, schemas, [...path, subchart.name])
      : []
  })
  return [...own, ...below]
}

function describeError(
  { error, chart, schema, path, values }: LocatedError,
  file: Values,
): Violation {
  const property = propertyOf(error)
  const place = [...parsePointer(error.instancePath), ...(property === undefined ? [] : [property])]
  const fullPath = [...path, ...place]
  const value = valueAt(values, place)
  const shown = value === undefined ? [] : prose`, but is ${showValue(toPlain(value))}`
  const isUnknown =
    error.keyword === 'additionalProperties' || error.keyword === 'unevaluatedProperties'
  const suggestion = isUnknown ? suggestProperty(error, schema, property ?? '') : undefined
  const rule = isUnknown ? prose`is not a key that the schema knows` : describeRule(error)
  const hint = suggestion === undefined ? [] : prose`: did you mean \`${suggestion}\`?`
  const pointer = fullPath.length === 0 ? prose`the file` : prose`\`${formatPointer(fullPath)}\``
  const source = prose` (\`${error.keyword}\` in \`${chart.schemaPath}\`)`
  return {
    path: fullPath,
    rule: error.keyword,
    text: prose`${pointer} ${rule}${isUnknown ? own('') : shown}${source}${hint}`,
    isInFile: valueAt(file, fullPath) !== undefined,
  }
}

/** A name that the schema has, in the same place. */
function suggestProperty(
  { schemaPath }: ErrorObject,
  schema: unknown,
  name: string,
): string | undefined {
  let node = schema
  for (const key of parsePointer(decodeURIComponent(schemaPath)).slice(0, -1)) {
    node = childOf(node, key)
  }
  const properties = childOf(node, 'properties')
  return suggestName(
    name,
    typeof properties === 'object' && properties !== null ? Object.keys(properties) : [],
  )
}

function childOf(node: unknown, key: string): unknown {
  return typeof node === 'object' && node !== null && Object.hasOwn(node, key)
    ? (node as Readonly<Record<string, unknown>>)[key]
    : undefined
}

/** Describes errors without repetitions. */
export function describeErrors(errors: readonly LocatedError[], file: Values): Violation[] {
  const violations = errors.map((error) => describeError(error, file))
  const byText = new Map(
    violations.map((violation) => [
      `${formatPointer(violation.path)} ${violation.text.map(({ text }) => text).join('')}`,
      violation,
    ]),
  )
  return [...byText.values()]
}

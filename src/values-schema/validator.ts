import type { Mistake } from '../core/problem.ts'
import { describeFlaw } from '../core/values-file/flaw.ts'
import { own, prose, type Prose } from '../core/text/prose.ts'
import { suggestName } from '../core/text/closest.ts'
import type { ErrorObject } from './ajv.ts'
import { coalesce, SubchartMismatch } from './coalesce.ts'
import { resolveDependencies, type Chart } from './dependencies.ts'
import type { ChartFiles } from './chart-files.ts'
import { readChart } from './read-chart.ts'
import { readYaml } from './read-yaml.ts'
import { describeRule, isConsequence, propertyOf, showValue } from './rules.ts'
import { compileSchema, type CompiledSchema } from './schema-file.ts'
import { TimeLimitError, withTimeLimit } from './time-limit.ts'
import { formatPointer, parsePointer, toPlain, valueAt, type Values } from './values.ts'

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

export type Verdict =
  | { readonly kind: 'valid' }
  | {
      readonly kind: 'invalid'
      readonly violations: readonly Violation[]
      readonly omitted: number
    }
  /** Nothing can be said about the file. */
  | { readonly kind: 'failed'; readonly reason: Prose }

/** Says what a chart thinks of a values file. */
export type Validator = {
  /** Path of the chart's schema. */
  readonly path: string
  readonly check: (text: string) => Verdict
}

export type ValidatorResult =
  | { readonly ok: true; readonly validator: Validator }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] }

/** Enough for the largest schemas; a slow one ends in an error. */
const compileLimitMs = 5000

/** For one file. */
const checkLimitMs = 2000

/** Violations of one file that are named. */
const maxViolations = 10

/** Reads a chart and compiles its schemas. */
export function createValidator(
  files: ChartFiles,
  { directory, schema }: { readonly directory: string; readonly schema: string },
): ValidatorResult {
  const mistakes: Mistake[] = []
  const path = directory === '' ? schema : `${directory}/${schema}`
  const location = { path, line: undefined }
  try {
    return withTimeLimit(compileLimitMs, () => {
      const chart = readChart(files, { directory, schema }, mistakes)
      const schemas = compileAll(chart, mistakes)
      return mistakes.length > 0
        ? { ok: false, mistakes }
        : { ok: true, validator: { path, check: createCheck(chart, schemas) } }
    })
  } catch (error) {
    if (!(error instanceof TimeLimitError || error instanceof RangeError)) throw error
    const text = prose`\`${path}\` ${error instanceof RangeError ? tooDeep : tooSlow}`
    return { ok: false, mistakes: [{ text, location }] }
  }
}

const tooSlow = prose`takes too long to be compiled: simplify it`
const tooDeep = prose`is nested too deeply`

type Schemas = ReadonlyMap<string, Extract<CompiledSchema, { ok: true }>>

/** Compiles each schema once, whatever the number of its chart's aliases. */
function compileAll(chart: Chart, mistakes: Mistake[]): Schemas {
  const schemas = new Map<string, Extract<CompiledSchema, { ok: true }>>()
  const open = [chart]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    open.push(...next.subcharts)
    if (next.schema === undefined) continue
    const compiled = compileSchema(next.schemaPath, next.schema)
    if (compiled.ok) schemas.set(next.schemaPath, compiled)
    else mistakes.push(...compiled.mistakes)
  }
  return schemas
}

function createCheck(chart: Chart, schemas: Schemas): Validator['check'] {
  let stopped: Prose | undefined
  return (text) => {
    // One file that takes too long is enough: a thousand of them would take half an hour.
    if (stopped !== undefined) return { kind: 'failed', reason: stopped }
    try {
      return withTimeLimit(checkLimitMs, () => checkText(chart, schemas, text))
    } catch (error) {
      if (error instanceof TimeLimitError) {
        stopped = prose`its validation against \`${chart.schemaPath}\` takes too long: look there for patterns and references that multiply`
        return { kind: 'failed', reason: stopped }
      }
      if (!(error instanceof RangeError)) throw error
      return {
        kind: 'failed',
        reason: prose`its values, or the references of \`${chart.schemaPath}\`, are nested too deeply`,
      }
    }
  }
}

function checkText(chart: Chart, schemas: Schemas, text: string): Verdict {
  const read = readYaml(text)
  if (!read.ok) return { kind: 'failed', reason: describeFlaw(read.flaw) }
  const { values } = read
  try {
    const resolved = resolveDependencies(chart, values)
    const errors = collectErrors(resolved, coalesce(resolved, values), schemas)
    if (errors.length === 0) return { kind: 'valid' }
    const violations = distinct(errors.map((error) => describeError(error, values)))
    return {
      kind: 'invalid',
      violations: violations.slice(0, maxViolations),
      omitted: Math.max(violations.length - maxViolations, 0),
    }
  } catch (error) {
    if (!(error instanceof SubchartMismatch)) throw error
    const { path, value } = error
    const text = prose`\`${formatPointer(path)}\` must be a map, because it is for the subchart \`${path.at(-1) ?? ''}\`, but is ${showValue(toPlain(value))}`
    return {
      kind: 'invalid',
      omitted: 0,
      violations: [{ path, rule: 'type', text, isInFile: true }],
    }
  }
}

/** Errors that are looked at: with thousands, nobody reads them all. */
const maxErrors = 200

type LocatedError = {
  readonly error: ErrorObject
  readonly chart: Chart
  readonly schema: unknown
  readonly path: readonly string[]
  readonly values: Values
}

/** The errors of a chart, and those of its subcharts. */
function collectErrors(
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

function distinct(violations: readonly Violation[]): Violation[] {
  const byText = new Map(
    violations.map((violation) => [
      `${formatPointer(violation.path)} ${violation.text.map(({ text }) => text).join('')}`,
      violation,
    ]),
  )
  return [...byText.values()]
}

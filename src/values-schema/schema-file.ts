import { parseDocument } from 'yaml'
import type { Mistake } from '../core/problem.ts'
import { prose, type Prose } from '../core/text/prose.ts'
import { lineNumberAt } from '../core/values-file/position.ts'
import { createAjv, type ErrorObject, type ValidateFunction } from './ajv.ts'
import { draftOf, isEarly, type Draft } from './drafts.ts'
import { withoutIgnored } from './keywords.ts'
import { findPlace } from './place.ts'
import { patternFlaw } from './patterns.ts'
import { findReferenceProblems, type SchemaProblem } from './references.ts'
import { describeRule, isConsequence, propertyOf } from './rules.ts'
import { formatPointer, parsePointer } from './values.ts'

export type CompiledSchema =
  | { readonly ok: true; readonly validate: ValidateFunction; readonly json: unknown }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] }

type Flaw = { readonly pointer: string; readonly problem: Prose }

/** Compiles a schema, or finds all of its mistakes. */
export function compileSchema(path: string, source: string): CompiledSchema {
  const text = source.replace(/^\uFEFF/, '')
  const parsed = parseJson(text)
  if ('problem' in parsed) {
    const { line, problem } = parsed
    return { ok: false, mistakes: [mistake(path, line, problem)] }
  }
  const compiled = compileParsed(parsed.json)
  if (!('flaws' in compiled)) return { ok: true, validate: compiled.validate, json: parsed.json }
  const lineOf = createLineFinder(text)
  const mistakes = compiled.flaws
    .map(({ pointer, problem }) => ({ line: lineOf(pointer), problem }))
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, problem }) => mistake(path, line, problem))
  return { ok: false, mistakes }
}

function mistake(path: string, line: number, problem: Prose): Mistake {
  return { text: prose`line ${line} of \`${path}\`: ${problem}`, location: { path, line } }
}

function parseJson(text: string): { json: unknown } | { line: number; problem: Prose } {
  try {
    return { json: JSON.parse(text) as unknown }
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const [, position] = / at position (\d+)/.exec(message) ?? []
    const at = position === undefined ? text.length : Number(position)
    const reason = message.replace(/ \(line \d+ column \d+\)| in JSON at position \d+/g, '')
    return { line: lineNumberAt(text, at), problem: prose`not valid JSON: ${reason}` }
  }
}

function compileParsed(json: unknown): { validate: ValidateFunction } | { flaws: Flaw[] } {
  if (typeof json !== 'boolean' && !isRecord(json)) {
    return { flaws: [{ pointer: '', problem: prose`a schema must be a map or a boolean` }] }
  }
  const uri = isRecord(json) ? json.$schema : undefined
  const draft = draftOf(uri)
  if (draft === undefined) {
    const shown = typeof uri === 'string' ? uri : JSON.stringify(uri)
    const problem = prose`\`$schema\` is \`${shown}\`, which is not supported: write it for draft-07, 2019-09 or 2020-12`
    return { flaws: [{ pointer: '/$schema', problem }] }
  }
  const schema = prepare(json, draft)
  // Helm checks the formats of a schema's own values, such as patterns, in all drafts. Ajv only does so
  // if the schema of schemas is not the one to be compiled.
  const isSchema = createAjv(draft, true).compile({ $ref: metaSchemas[draft] })
  const flaws = [
    ...(isSchema(schema) ? [] : describeErrors(isSchema.errors ?? [], schema)),
    ...findReferenceProblems(schema, isEarly(draft)).map(describeProblem),
  ]
  if (flaws.length > 0) return { flaws: distinctByPlace(flaws) }
  try {
    return { validate: createAjv(draft).compile(schema) }
  } catch (error) {
    // A schema that is too deep to be compiled is not a problem of one place.
    const problem =
      error instanceof RangeError
        ? prose`it is nested too deeply`
        : prose`it can't be compiled: ${error instanceof Error ? error.message : ''}`
    if (error instanceof Error) return { flaws: [{ pointer: '', problem }] }
    throw error
  }
}

function prepare(json: Record<string, unknown> | boolean, draft: Draft): SchemaJson {
  if (typeof json === 'boolean') return json
  const schema = Object.fromEntries(Object.entries(json).filter(([key]) => key !== '$schema'))
  return withoutIgnored(schema, draft) as SchemaJson
}

type SchemaJson = Record<string, unknown> | boolean

const metaSchemas = {
  'draft-06': 'http://json-schema.org/draft-06/schema#',
  'draft-07': 'http://json-schema.org/draft-07/schema#',
  '2019-09': 'https://json-schema.org/draft/2019-09/schema',
  '2020-12': 'https://json-schema.org/draft/2020-12/schema',
} as const

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function describeErrors(errors: readonly ErrorObject[], schema: unknown): Flaw[] {
  return errors
    .filter((error) => !isConsequence(error) && error.keyword !== 'anyOf' && !isAboutPattern(error))
    .map((error) => {
      if (error.keyword === 'format' && error.params.format === 'regex') {
        return describeProblem(patternProblem(error, schema))
      }
      const name = propertyOf(error)
      const pointer = `${error.instancePath}${name === undefined ? '' : formatPointer([name])}`
      return { pointer, problem: prose`\`${pointer}\` ${describeRule(error)}` }
    })
}

/** Whether another error says what is wrong with the name. */
function isAboutPattern({ keyword, instancePath }: ErrorObject): boolean {
  return keyword === 'propertyNames' && instancePath.endsWith('/patternProperties')
}

/** The pattern is a value, or the name of a key. */
function patternProblem(
  { instancePath, propertyName }: ErrorObject,
  schema: unknown,
): SchemaProblem {
  const pointer = `${instancePath}${propertyName === undefined ? '' : formatPointer([propertyName])}`
  const pattern = propertyName ?? parsePointer(instancePath).reduce(valueIn, schema)
  return { pointer, kind: 'pattern', text: patternFlaw(String(pattern)) ?? '' }
}

function valueIn(value: unknown, key: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[key]
}

function describeProblem({ pointer, kind, text }: SchemaProblem): Flaw {
  switch (kind) {
    case 'remote':
      return {
        pointer,
        problem: prose`\`$ref\` to \`${text}\`: other files and addresses are never fetched, so copy what it refers to into the schema`,
      }
    case 'unresolved':
      return { pointer, problem: prose`\`$ref\` to \`${text}\`, which is not in the schema` }
    case 'endless':
      return {
        pointer,
        problem: prose`\`${pointer}\` leads back to \`#${text}\` without looking at another value, so it never ends`,
      }
    case 'pattern':
      return { pointer, problem: prose`\`${pointer}\` is not a valid pattern: ${text}` }
  }
}

/** What the metaschema rejects in several ways is one mistake. */
function distinctByPlace(flaws: readonly Flaw[]): Flaw[] {
  return [...new Map(flaws.toReversed().map((flaw) => [flaw.pointer, flaw])).values()].toReversed()
}

/** Finds the line of a JSON pointer: the one of its key. JSON is YAML. */
function createLineFinder(text: string): (pointer: string) => number {
  const { contents } = parseDocument(text, { uniqueKeys: false, prettyErrors: false })
  return (pointer) => lineNumberAt(text, findPlace(contents, parsePointer(pointer)).offset)
}

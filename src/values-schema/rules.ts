import { own, prose, type Prose } from '../core/text/prose.ts'
import type { ErrorObject } from './ajv.ts'

/** A value longer than this is cut in messages. */
const maxShown = 80

/** A value as JSON, within backticks. */
export function showValue(value: unknown): Prose {
  const text = JSON.stringify(value, (_, item: unknown) => shorten(item))
  const short = text.length > maxShown ? `${text.slice(0, maxShown)}…` : text
  return prose`\`${short.replaceAll('`', "'")}\``
}

/** Without the items that do not fit into a message anyway. */
function shorten(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, maxShown)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  return entries.length > maxShown ? Object.fromEntries(entries.slice(0, maxShown)) : value
}

/** What a rule of a schema asks for, as the end of a sentence that begins with the value's place. */
export function describeRule({ keyword, params }: ErrorObject): Prose {
  const parameters = params as Readonly<Record<string, unknown>>
  const { limit, comparison } = parameters
  const bound = showBare(limit)
  switch (keyword) {
    case 'type':
      return prose`must be ${own(typeNames(parameters.type))}`
    case 'required':
      return prose`is required, and neither the file nor the chart's defaults have it`
    case 'enum':
      return prose`must be one of ${showValue(parameters.allowedValues)}`
    case 'const':
      return prose`must be ${showValue(parameters.allowedValue)}`
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return prose`must be ${own(`${comparisonNames[String(comparison)] ?? ''} ${bound}`)}`
    case 'multipleOf':
      return prose`must be a multiple of ${showBare(parameters.multipleOf)}`
    case 'pattern':
      return prose`must match the pattern ${showValue(parameters.pattern)}`
    case 'format':
      return prose`must be in the format ${showValue(parameters.format)}`
    case 'minLength':
      return prose`must have at least ${bound} characters`
    case 'maxLength':
      return prose`must have at most ${bound} characters`
    case 'minItems':
      return prose`must have at least ${bound} items`
    case 'maxItems':
    case 'items':
    case 'additionalItems':
    case 'unevaluatedItems':
      return prose`must have at most ${showBare(limit ?? parameters.len)} items`
    case 'minProperties':
      return prose`must have at least ${bound} keys`
    case 'maxProperties':
      return prose`must have at most ${bound} keys`
    case 'uniqueItems':
      return prose`has equal items (${showBare(parameters.j)} and ${showBare(parameters.i)}, counted from 0)`
    case 'contains':
      return prose`has too few or too many of the items that \`contains\` asks for`
    case 'propertyNames':
      return prose`has the key ${showValue(parameters.propertyName)}, whose name is not allowed`
    case 'dependencies':
    case 'dependentRequired':
      return prose`is required, because ${showValue(parameters.property)} is there`
    case 'anyOf':
      return prose`matches none of the alternatives under \`anyOf\``
    case 'oneOf':
      return parameters.passingSchemas === null
        ? prose`matches none of the alternatives under \`oneOf\``
        : prose`matches more than one of the alternatives under \`oneOf\``
    case 'not':
      return prose`matches what \`not\` excludes`
    case 'false schema':
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return prose`is not allowed`
    default:
      return prose`breaks a rule`
  }
}

const comparisonNames: Readonly<Record<string, string>> = {
  '<=': 'at most',
  '>=': 'at least',
  '<': 'less than',
  '>': 'greater than',
}

function showBare(value: unknown): string {
  return typeof value === 'number' ? String(value) : ''
}

const names: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'a boolean (`true` or `false`)',
  integer: 'an integer',
  null: 'null',
  number: 'a number',
  object: 'a map',
  string: 'a string',
}

function typeNames(type: unknown): string {
  const types = Array.isArray(type) ? type.map(String) : [String(type)]
  return types.map((name) => names[name] ?? 'something else').join(' or ')
}

/** The name of the property that an error is about, if it is one below the error's place. */
export function propertyOf({ keyword, params }: ErrorObject): string | undefined {
  const { missingProperty, additionalProperty, unevaluatedProperty } = params as Readonly<
    Record<string, unknown>
  >
  const property = missingProperty ?? additionalProperty ?? unevaluatedProperty
  return keyword === 'propertyNames' || typeof property !== 'string' ? undefined : property
}

/** Errors that only repeat that others have occurred. */
export function isConsequence({ keyword }: ErrorObject): boolean {
  return keyword === 'if' || keyword === '$ref' || keyword === 'allOf'
}

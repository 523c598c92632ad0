import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Document,
  type YAMLMap,
} from 'yaml'
import { own, prose } from '../core/text/prose.ts'
import { createAliasResolver } from '../core/values-file/aliases.ts'
import type { Flaw } from '../core/values-file/flaw.ts'
import { lineNumberAt } from '../core/values-file/position.ts'
import { scalarValue } from './scalar.ts'
import { isMapValue, noValues, type Value, type Values } from './values.ts'

export type YamlResult =
  { readonly ok: true; readonly values: Values } | { readonly ok: false; readonly flaw: Flaw }

/** Reads the values of a YAML file as Helm does, which merges several documents. */
export function readYaml(text: string): YamlResult {
  // Helm's reader takes the last of several equal keys.
  const options = { uniqueKeys: false, prettyErrors: false, logLevel: 'silent' } as const
  const documents = [...parseAllDocuments(text.replace(/^\uFEFF/, ''), options)]
  const [error] = documents.flatMap(({ errors }) => errors)
  if (error !== undefined) {
    // The library is recursive, so deep nesting overflows the stack.
    const isTooDeep = error.code === 'RESOURCE_EXHAUSTION'
    const problem = isTooDeep
      ? prose`it is nested too deeply`
      : prose`not valid YAML: ${error.message}`
    return { ok: false, flaw: { line: lineNumberAt(text, error.pos[0]), problem } }
  }
  let values = noValues
  for (const document of documents) {
    const value = createReader(document)(document.contents) ?? noValues
    if (!isMapValue(value)) return { ok: false, flaw: notAMap(value) }
    values = mergeDocuments(values, value)
  }
  return { ok: true, values }
}

function notAMap(value: Value): Flaw {
  const kind = own(Array.isArray(value) ? 'a list' : 'a single value')
  return { line: undefined, problem: prose`it is ${kind}, not a map` }
}

/** Maps merge, lists are joined, and of other values the later one counts. */
function mergeDocuments(first: Values, second: Values): Values {
  const merged = new Map(first)
  for (const [key, value] of second) {
    const before = first.get(key)
    if (isMapValue(before) && isMapValue(value)) merged.set(key, mergeDocuments(before, value))
    else if (Array.isArray(before) && Array.isArray(value)) {
      merged.set(key, [...(before as readonly Value[]), ...(value as readonly Value[])])
    } else merged.set(key, value)
  }
  return merged
}

/** Reads each node once, so that aliases share the value of their anchor. */
function createReader(document: Document): (node: unknown) => Value {
  const resolveAlias = createAliasResolver(document)
  const known = new Map<unknown, Value>()

  function read(node: unknown): Value {
    if (isAlias(node)) return read(resolveAlias(node))
    if (isScalar(node)) return scalarValue(node)
    const before = known.get(node)
    if (before !== undefined) return before
    // A collection that contains itself is read as null there; Helm rejects it.
    known.set(node, null)
    const value = isMap(node) ? readMap(node) : isSeq(node) ? node.items.map(read) : null
    known.set(node, value)
    return value
  }

  function readMap({ items }: YAMLMap): Values {
    const map = new Map<string, Value>()
    for (const { key, value } of items) {
      const isMerge = isScalar(key) && key.type === 'PLAIN' && key.source === '<<'
      // Helm's reader lets a merge key override what is above it.
      if (isMerge) for (const [name, item] of mergedValues(read(value))) map.set(name, item)
      else map.set(keyOf(read(key)), read(value))
    }
    return map
  }

  return read
}

/** Of several merged maps, the first one counts. */
function mergedValues(value: Value): Values {
  const maps = Array.isArray(value) ? (value as readonly Value[]) : [value]
  return new Map(maps.toReversed().flatMap((map) => (isMapValue(map) ? [...map] : [])))
}

/** Helm turns keys into texts; a map or a list is none that it accepts. */
function keyOf(key: Value): string {
  if (typeof key === 'number' && !Number.isInteger(key)) return String(Math.fround(key))
  return typeof key === 'object' ? 'null' : String(key)
}

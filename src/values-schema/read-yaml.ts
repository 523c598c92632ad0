import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Node,
  type Scalar,
  type YAMLMap,
} from 'yaml'
import { truncate } from '../core/text/neutralise.ts'
import { own, prose, type Prose } from '../core/text/prose.ts'
import { createAliasResolver, type ResolveAlias } from '../core/values-file/aliases.ts'
import { flawAt, type Flaw, type Located } from '../core/values-file/flaw.ts'
import { isMergeKey } from '../core/values-file/merge-keys.ts'
import { findReferenceFlaws } from '../core/values-file/reference-flaws.ts'
import { unfoldsTooFar } from './alias-limit.ts'
import { splitDocuments } from './documents.ts'
import { resolveScalar, toKey, toValue, type Resolved } from './scalar.ts'
import { isMapValue, noValues, type Value, type Values } from './values.ts'

export type YamlResult =
  { readonly ok: true; readonly values: Values } | { readonly ok: false; readonly flaw: Flaw }

/** Reads a file of values as Helm does, which merges several documents. */
export function readYaml(text: string): YamlResult {
  const parts = splitDocuments(text)
  if ('problem' in parts) return { ok: false, flaw: parts }
  let values = noValues
  for (const part of parts) {
    const directive = findDirective(part.text)
    const read =
      directive === undefined ? readFirst(part.text) : failed(flawAt(part.text, directive))
    if (!read.ok) {
      const { line = 1, problem } = read.flaw
      const isOnlyPart = parts.length === 1 && read.flaw.line === undefined
      return failed({ problem, line: isOnlyPart ? undefined : part.linesBefore + line })
    }
    values = mergeDocuments(values, read.values)
  }
  return { ok: true, values }
}

/** Reads a `Chart.yaml` as Helm does: only its first document, but with its directives. */
export function readMetadata(text: string): YamlResult {
  const directive = findDirective(text)
  const isKnown = directive === undefined || /^%(?:YAML 1\.1|TAG)\b/.test(text.slice(directive.at))
  return isKnown ? readFirst(text) : failed(flawAt(text, directive))
}

function failed(flaw: Flaw): YamlResult {
  return { ok: false, flaw }
}

/** The first line of content, if it is a directive. */
function findDirective(text: string): Located | undefined {
  const [before, directive] = /^\uFEFF?(?:[ \t\r]*(?:#.*)?\n)*(%.*)/.exec(text) ?? []
  if (before === undefined || directive === undefined) return undefined
  const problem = prose`Helm reads no directives, such as \`${truncate(directive.trimEnd(), 60)}\`: remove the line`
  return { at: before.length - directive.length, problem }
}

/** What is not valid within the document that Helm reads, or its values. */
function readFirst(source: string): YamlResult {
  const text = source.replace(/^\uFEFF/, '')
  const control = findControlCharacter(text)
  if (control !== undefined) return failed(flawAt(text, control))
  const [document] = parseAllDocuments(text, parseOptions)
  if (document === undefined) return { ok: true, values: noValues }
  const [error] = document.errors
  if (error !== undefined) {
    // The library is recursive, so deep nesting overflows the stack.
    const isTooDeep = error.code === 'RESOURCE_EXHAUSTION'
    const problem = isTooDeep
      ? prose`it is nested too deeply`
      : prose`not valid YAML: ${error.message}`
    return failed(flawAt(text, { at: error.pos[0], problem }))
  }
  const [reference] = findReferenceFlaws(document)
  if (reference !== undefined) return failed(flawAt(text, reference))
  const resolveAlias = createAliasResolver(document)
  if (unfoldsTooFar(document, resolveAlias)) {
    const problem = prose`its aliases unfold to too many values: repeat fewer of them`
    return failed({ line: undefined, problem })
  }
  const flaws: Located[] = []
  const read = createReader(text, resolveAlias, (flaw) => flaws.push(flaw))
  const value = read(document.contents) ?? noValues
  const [flaw] = flaws.toSorted((a, b) => a.at - b.at)
  if (flaw !== undefined) return failed(flawAt(text, flaw))
  return isMapValue(value) ? { ok: true, values: value } : failed(notAMap(value))
}

const parseOptions = {
  // Helm's reader takes the last of several equal keys.
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
  // Scalars are resolved as Helm does it, and tags of collections mean nothing to it.
  schema: 'failsafe',
  resolveKnownTags: false,
} as const

/** YAML excludes them even from comments; npm yaml does not mind. */
function findControlCharacter(text: string): Located | undefined {
  const match = /[^\t\n\r -~\x85\xA0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.exec(text)
  if (match === null) return undefined
  const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  const problem = prose`it contains the control character \`U+${code}\`: remove it, or write \`"\\u${code}"\``
  return { at: match.index, problem }
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
function createReader(
  text: string,
  resolveAlias: ResolveAlias,
  report: (flaw: Located) => void,
): (node: unknown) => Value {
  const known = new Map<unknown, Value>()

  function read(node: unknown): Value {
    if (!isNode(node)) return null
    if (isAlias(node)) {
      checkName(node, node.source)
      return read(resolveAlias(node))
    }
    const before = known.get(node)
    if (before !== undefined) return before
    checkName(node, node.anchor)
    const value = isScalar(node) ? readScalar(node) : readCollection(node)
    known.set(node, value)
    return value
  }

  function readCollection(node: Node): Value {
    if (isMap(node)) return readMap(node)
    return isSeq(node) ? node.items.map(read) : null
  }

  function resolve(node: Scalar): Resolved {
    checkEscapes(node)
    const result = resolveScalar(node)
    if (result.ok) return result.resolved
    report({ at: startOf(node), problem: result.problem })
    return { kind: 'text', value: '' }
  }

  function readScalar(node: Scalar): Value {
    const resolved = resolve(node)
    const value = toValue(resolved)
    if (value !== undefined) return value
    const written = truncate(node.source ?? '', 60)
    const problem = prose`Helm turns values into JSON, which has no \`${written}\`: quote it, or write another number`
    report({ at: startOf(node), problem })
    return null
  }

  function readMap({ items }: YAMLMap): Values {
    const map = new Map<string, Value>()
    for (const { key, value } of items) {
      // Helm's reader lets a merge key override what is above it.
      if (isMergeKey(key)) for (const [name, item] of readMerged(value)) map.set(name, item)
      else map.set(readKey(key), read(value))
    }
    return map
  }

  function readMerged(node: unknown): Values {
    const value = read(node)
    if (isAlias(node) && Array.isArray(value)) {
      const problem = prose`\`<<\` has an alias of a list, which Helm rejects: give it a list of aliases, \`[*a, *b]\``
      report({ at: startOf(node), problem })
    }
    return mergedValues(value)
  }

  function readKey(node: unknown): string {
    const target = isAlias(node) ? resolveAlias(node) : node
    // Reads the anchor's name, and what is within a list or a map, too.
    if (!isScalar(target)) read(node)
    else if (isAlias(node)) checkName(node, node.source)
    else checkName(target, target.anchor)
    const resolved = isScalar(target) ? resolve(target) : undefined
    const key = resolved === undefined ? undefined : toKey(resolved)
    if (key === undefined)
      report({ at: startOf(node), problem: describeWrongKey(target, resolved) })
    return key ?? ''
  }

  /** npm yaml accepts almost every character. */
  function checkName(node: Node, name: string | undefined): void {
    if (name === undefined || /^[\w-]+$/.test(name)) return
    const problem = prose`Helm's YAML reader accepts only letters, digits, \`-\` and \`_\` in the name of an anchor: rename \`${name}\``
    report({ at: startOf(node), problem })
  }

  /** Those of JSON that YAML 1.1 does not have: `\/`, and a character in two halves. */
  function checkEscapes(node: Scalar): void {
    const [start, end] = node.range ?? [0, 0]
    if (node.type !== 'QUOTE_DOUBLE' || !text.slice(start, end).includes('\\')) return
    for (const match of text.slice(start, end).matchAll(/\\(?:u[0-9a-f]{4}|[^])/gi)) {
      const [escape] = match
      if (!/^\\(?:\/|u[dD][89a-fA-F])/.test(escape)) continue
      const problem = prose`Helm's YAML reader does not know \`${escape}\`: write the character itself`
      report({ at: start + match.index, problem })
    }
  }

  return read
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0
}

function describeWrongKey(node: unknown, resolved: Resolved | undefined): Prose {
  if (resolved?.kind === 'int') {
    const written = String(resolved.value)
    return prose`the integer \`${written}\` is used as a key, and Helm only accepts those of 64 bits with a sign: quote it`
  }
  const kind = own(isMap(node) ? 'a map' : isSeq(node) ? 'a list' : 'null')
  return prose`${kind} is used as a key, which Helm rejects: write a text, in quotes if necessary`
}

/** Of several merged maps, the first one counts. */
function mergedValues(value: Value): Values {
  const maps = Array.isArray(value) ? (value as readonly Value[]) : [value]
  return new Map(maps.toReversed().flatMap((map) => (isMapValue(map) ? [...map] : [])))
}

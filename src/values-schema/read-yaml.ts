import { parseAllDocuments } from 'yaml'
import { truncate } from '../core/text/neutralise.ts'
import { own, prose } from '../core/text/prose.ts'
import { createAliasResolver } from '../core/values-file/aliases.ts'
import { flawAt, type Flaw, type Located } from '../core/values-file/flaw.ts'
import { findReferenceFlaws } from '../core/values-file/reference-flaws.ts'
import { unfoldsTooFar } from './alias-limit.ts'
import { splitDocuments } from './documents.ts'
import { createReader } from './read-nodes.ts'
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

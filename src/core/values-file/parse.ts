import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  Parser,
  type CST,
  type Document,
  type YAMLMap,
} from 'yaml'
import { foreign, own, prose, type Prose } from '../text/prose.ts'
import { createAliasResolver, type ResolveAlias } from './aliases.ts'
import { findMergedNames } from './merge-keys.ts'
import { findDamage, findNul } from './damage.ts'
import { flawAt, type Flaw, type Located } from './flaw.ts'
import { tokenEnd } from './layout.ts'
import { describeKind, isEmpty, isNull } from './nodes.ts'
import { isOwnedKey, type OwnedKey } from './owned.ts'

/** A map entry: its parsed value, and its tokens in the text. */
export type ParsedEntry = { readonly value: unknown; readonly token: CST.CollectionItem }

export type ParsedMap = {
  readonly map: YAMLMap
  readonly token: CST.BlockMap | CST.FlowCollection
}

/** A parsed values file. Token offsets count UTF-16 code units of `text`. */
export type ParsedFile = {
  readonly text: string
  readonly doc: Document
  readonly resolveAlias: ResolveAlias
  /** Undefined if the document is empty. */
  readonly root: ParsedMap | undefined
  /** Offset at which an empty document gets its content: before its `...`, or the end of `text`. */
  readonly end: number
  readonly globalEntry: ParsedEntry | undefined
  /** Undefined if `global` is missing or null. */
  readonly global: ParsedMap | undefined
  readonly owned: Readonly<Partial<Record<OwnedKey, ParsedEntry>>>
  /** The owned keys that merge keys of `global` provide. */
  readonly merged: ReadonlySet<string>
}

type Outcome =
  | (Flaw & { readonly kind: 'damaged' | 'uneditable' })
  | { readonly kind: 'parsed'; readonly parsed: ParsedFile }

export type ParseResult = Outcome & { readonly isValidYaml: boolean }

/**
 * Parses a values file and locates `global` and the owned values; never throws. `invalidBytes` are
 * those that the text does not show.
 */
export function parseValues(text: string, invalidBytes?: Located): ParseResult {
  const composed = compose(text)
  const isValidYaml = composed.error === undefined
  try {
    return { ...examine(text, composed, invalidBytes ?? findNul(text)), isValidYaml }
  } catch {
    // Following aliases is recursive, so deep nesting overflows the stack.
    return { ...uneditable(tooDeep), isValidYaml }
  }
}

export const tooDeep = prose`it is nested too deeply`

function uneditable(problem: Prose, line?: number): Outcome {
  return { kind: 'uneditable', problem, line }
}

/** A problem with an entry, at the line of its key. */
export function flawOf(text: string, entry: CST.CollectionItem, problem: Prose): Flaw {
  return flawAt(text, { at: entry.key?.offset ?? 0, problem })
}

function examine(
  text: string,
  { documents, end, error }: Composed,
  invalidBytes: Located | undefined,
): Outcome {
  const isValidYaml = error === undefined
  const damage = findDamage({ text, invalidBytes, isValidYaml, errorOffset: error?.at })
  if (damage !== undefined) return { kind: 'damaged', ...flawAt(text, damage) }
  if (invalidBytes !== undefined) return { kind: 'uneditable', ...flawAt(text, invalidBytes) }
  if (error !== undefined) return uneditable(error.problem, error.line)
  const [doc, second] = documents
  if (doc === undefined) return uneditable(prose`it contains no document`)
  if (second !== undefined) return uneditable(prose`it contains several YAML documents`)
  return locateOwnedEntries(text, doc, end)
}

/** Locates the owned values in a document that was parsed without an error, with its tokens. */
export function locateValues(text: string, doc: Document): Outcome {
  const nul = findNul(text)
  return nul === undefined
    ? locateOwnedEntries(text, doc, text.length)
    : { kind: 'damaged', ...flawAt(text, nul) }
}

type Composed = {
  readonly documents: readonly Document[]
  /** Offset of the first document's `...`, or the end of the text. */
  readonly end: number
  /** The first error; `at` is undefined if its place is uncertain. */
  readonly error: (Flaw & { readonly at: number | undefined }) | undefined
}

function compose(text: string): Composed {
  // Other readers accept duplicate keys.
  const options = { keepSourceTokens: true, uniqueKeys: false }
  try {
    const tokens = [...new Parser().parse(text)]
    const documents = [...new Composer(options).compose(tokens, true, text.length)]
    const end = tokens.find(({ type }) => type === 'doc-end')?.offset ?? text.length
    return { documents, end, error: firstError(text, documents) }
  } catch {
    // The YAML library is recursive, so deep nesting overflows the stack.
    return { documents: [], end: text.length, error: tooDeepError }
  }
}

const tooDeepError = { problem: tooDeep, line: undefined, at: undefined }

function firstError(text: string, documents: readonly Document[]): Composed['error'] {
  const errors = documents.flatMap(({ errors }) => errors)
  if (errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) return tooDeepError
  const [first] = errors.toSorted((a, b) => a.pos[0] - b.pos[0])
  if (first === undefined) return undefined
  const [at] = first.pos
  return { ...flawAt(text, { at, problem: foreign(first.message) }), at }
}

function locateOwnedEntries(text: string, doc: Document, end: number): Outcome {
  const resolveAlias = createAliasResolver(doc)
  const none = { root: undefined, globalEntry: undefined, global: undefined, owned: {} }
  const found = { text, doc, resolveAlias, end, ...none, merged: new Set<string>() }
  if (isEmpty(doc.contents)) return { kind: 'parsed', parsed: found }
  const root = parsedMap(doc.contents)
  if (!root) {
    const problem = prose`the document is ${own(describeKind(doc.contents))}, not a map`
    return { kind: 'uneditable', ...flawAt(text, { at: doc.contents?.range?.[0] ?? 0, problem }) }
  }
  const globals = findEntries(text, root, (name) => name === 'global', resolveAlias)
  if ('problem' in globals) return { kind: 'uneditable', ...globals }
  const globalEntry = globals.entries.get('global')
  if (!globalEntry && globals.merged.has('global')) {
    return uneditable(prose`\`global\` comes from a merge key (\`<<\`)`)
  }
  if (!globalEntry || isNull(globalEntry.value)) {
    return { kind: 'parsed', parsed: { ...found, root, globalEntry } }
  }
  const global = parsedMap(globalEntry.value)
  if (!global) {
    const problem = prose`\`global\` is ${own(describeKind(globalEntry.value))}, not a map`
    return { kind: 'uneditable', ...flawOf(text, globalEntry.token, problem) }
  }
  const owned = findEntries(text, global, isOwnedKey, resolveAlias)
  if ('problem' in owned) {
    return { kind: 'uneditable', ...owned, problem: prose`in \`global\`, ${owned.problem}` }
  }
  const { entries, merged } = owned
  const parsed = { ...found, root, globalEntry, global, merged, owned: Object.fromEntries(entries) }
  return { kind: 'parsed', parsed }
}

type FoundEntries = {
  readonly entries: ReadonlyMap<string, ParsedEntry>
  /** The wanted keys that merge keys provide. */
  readonly merged: ReadonlySet<string>
}

/** Maps each wanted key to its entry; returns the problem if a key is unusable. */
function findEntries(
  text: string,
  { map }: ParsedMap,
  isWanted: (name: string) => boolean,
  resolveAlias: ResolveAlias,
): FoundEntries | Flaw {
  const entries = new Map<string, ParsedEntry>()
  for (const { key, value, srcToken } of map.items) {
    const keyNode = isAlias(key) ? resolveAlias(key) : key
    const name = isScalar(keyNode) ? keyNode.source : undefined
    if (name === undefined || srcToken === undefined || !isWanted(name)) continue
    if (isAlias(key)) {
      return flawOf(text, srcToken, prose`the key \`${name}\` is written as an alias`)
    }
    if (isColonPartOfKey(text, srcToken)) {
      const problem = prose`YAML readers disagree on the key \`${name}\`: put a space after its colon`
      return flawOf(text, srcToken, problem)
    }
    if (entries.has(name)) return flawOf(text, srcToken, prose`duplicate key \`${name}\``)
    entries.set(name, { value, token: srcToken })
  }
  const { all, overridden } = findMergedNames(map, isWanted, resolveAlias)
  const [name] = overridden
  if (name === undefined) return { entries, merged: all }
  const problem = prose`the merge key (\`<<\`) below \`${name}\` provides it too, and Helm reads that one`
  return flawAt(text, { at: entries.get(name)?.token.key?.offset ?? 0, problem })
}

/** In `{a:}` and `{a:,b: 1}`, Helm reads the key `a:`. */
function isColonPartOfKey(text: string, { key, sep }: CST.CollectionItem): boolean {
  const colon = sep?.findLast(({ type }) => type === 'map-value-ind')
  if (colon === undefined || key?.type !== 'scalar') return false
  return colon.offset === tokenEnd(key) && /[,}]/.test(text[colon.offset + 1] ?? '')
}

function parsedMap(node: unknown): ParsedMap | undefined {
  if (!isMap(node)) return undefined
  const token = node.srcToken
  return token?.type === 'block-map' || token?.type === 'flow-collection'
    ? { map: node, token }
    : undefined
}

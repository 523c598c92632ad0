import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Parser,
  type CST,
  type Document,
  type YAMLMap,
} from 'yaml'
import { isOwnedKey, type OwnedKey } from './owned.ts'

/** A key with its value, as parsed and as it stands in the text. */
export type Entry = { readonly value: unknown; readonly token: CST.CollectionItem }

export type ParsedMap = {
  readonly map: YAMLMap
  readonly token: CST.BlockMap | CST.FlowCollection
}

/** A values file taken apart. Offsets in its tokens count UTF-16 code units of `text`. */
export type ParsedFile = {
  readonly text: string
  readonly doc: Document
  /** Undefined when the document is empty. */
  readonly root: ParsedMap | undefined
  /** Where content of an empty document goes: before its `...`, or the end of the text. */
  readonly end: number
  readonly globalEntry: Entry | undefined
  /** Undefined when `global` is missing or null. */
  readonly global: ParsedMap | undefined
  readonly owned: Readonly<Partial<Record<OwnedKey, Entry>>>
}

export type ParseResult =
  | { readonly kind: 'unparseable'; readonly problem: string }
  | { readonly kind: 'wrong-shape'; readonly problem: string }
  | { readonly kind: 'parsed'; readonly parsed: ParsedFile }

/** Parses a values file and finds the places that matter; never throws. */
export function parseValues(text: string): ParseResult {
  try {
    return parse(text)
  } catch {
    // The YAML library is recursive.
    return wrongShape('it is nested too deeply')
  }
}

function wrongShape(problem: string): ParseResult {
  return { kind: 'wrong-shape', problem }
}

function parse(text: string): ParseResult {
  const tokens = [...new Parser().parse(text)]
  // Other readers accept a key twice; that is no reason to throw the file away.
  const options = { keepSourceTokens: true, uniqueKeys: false }
  const [doc, second] = new Composer(options).compose(tokens, true, text.length)
  if (doc === undefined) return wrongShape('it holds no document')
  const error = doc.errors[0] ?? second?.errors[0]
  if (error?.code === 'RESOURCE_EXHAUSTION') return wrongShape('it is nested too deeply')
  if (error) {
    return { kind: 'unparseable', problem: `line ${lineOf(text, error.pos[0])}: ${error.message}` }
  }
  if (second !== undefined) return wrongShape('it holds several YAML documents')
  const end = tokens.find(({ type }) => type === 'doc-end')?.offset ?? text.length
  return findPlaces(text, doc, end)
}

function findPlaces(text: string, doc: Document, end: number): ParseResult {
  const found = { text, doc, end, root: undefined, globalEntry: undefined, global: undefined }
  if (isEmpty(doc.contents)) return { kind: 'parsed', parsed: { ...found, owned: {} } }
  const root = parsedMap(doc.contents)
  if (!root) return wrongShape(`the document is ${kindOf(doc.contents)}, not a map`)
  const globals = entries(doc, root, (name) => name === 'global')
  if (typeof globals === 'string') return wrongShape(globals)
  const globalEntry = globals.get('global')
  if (!globalEntry || isNull(globalEntry.value)) {
    return { kind: 'parsed', parsed: { ...found, root, globalEntry, owned: {} } }
  }
  const global = parsedMap(globalEntry.value)
  if (!global) return wrongShape(`global is ${kindOf(globalEntry.value)}, not a map`)
  const owned = entries(doc, global, isOwnedKey)
  if (typeof owned === 'string') return wrongShape(`in global, ${owned}`)
  const parsed = { ...found, root, globalEntry, global, owned: Object.fromEntries(owned) }
  return { kind: 'parsed', parsed }
}

/** The entries whose key is asked for, by key; text says what is wrong with the keys. */
function entries(
  doc: Document,
  { map }: ParsedMap,
  wanted: (name: string) => boolean,
): Map<string, Entry> | string {
  const found = new Map<string, Entry>()
  for (const { key, value, srcToken } of map.items) {
    const named = isAlias(key) ? key.resolve(doc) : key
    const name = isScalar(named) ? named.source : undefined
    if (name === undefined || srcToken === undefined || !wanted(name)) continue
    if (isAlias(key)) return `the key ${name} is written as an alias`
    if (found.has(name)) return `the key ${name} stands there twice`
    found.set(name, { value, token: srcToken })
  }
  return found
}

function parsedMap(node: unknown): ParsedMap | undefined {
  if (!isMap(node)) return undefined
  const token = node.srcToken
  return token?.type === 'block-map' || token?.type === 'flow-collection'
    ? { map: node, token }
    : undefined
}

/** Nothing at all, not even a written `null`, an anchor or a tag. */
function isEmpty(node: unknown): boolean {
  return (
    node === null ||
    (isScalar(node) && node.type === 'PLAIN' && node.source === '' && !node.anchor && !node.tag)
  )
}

export function isNull(node: unknown): boolean {
  return node === null || (isScalar(node) && node.type === 'PLAIN' && node.value === null)
}

function kindOf(node: unknown): string {
  if (isAlias(node)) return 'an alias'
  return isSeq(node) ? 'a list' : 'a single value'
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

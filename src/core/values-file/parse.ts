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
  /** Undefined if the document is empty. */
  readonly root: ParsedMap | undefined
  /** Offset at which an empty document gets its content: before its `...`, or the end of `text`. */
  readonly end: number
  readonly globalEntry: ParsedEntry | undefined
  /** Undefined if `global` is missing or null. */
  readonly global: ParsedMap | undefined
  readonly owned: Readonly<Partial<Record<OwnedKey, ParsedEntry>>>
}

export type ParseResult =
  | { readonly kind: 'unparseable'; readonly problem: string }
  | { readonly kind: 'wrong-shape'; readonly problem: string }
  | { readonly kind: 'parsed'; readonly parsed: ParsedFile }

/** Parses a values file and locates `global` and the owned values; never throws. */
export function parseValues(text: string): ParseResult {
  try {
    return parse(text)
  } catch {
    // The YAML library is recursive, so deep nesting overflows the stack.
    return wrongShape('it is nested too deeply')
  }
}

function wrongShape(problem: string): ParseResult {
  return { kind: 'wrong-shape', problem }
}

function parse(text: string): ParseResult {
  const tokens = [...new Parser().parse(text)]
  // Other readers accept duplicate keys, so a file that has some is not damaged.
  const options = { keepSourceTokens: true, uniqueKeys: false }
  const [doc, second] = new Composer(options).compose(tokens, true, text.length)
  if (doc === undefined) return wrongShape('it contains no document')
  const error = doc.errors[0] ?? second?.errors[0]
  if (error?.code === 'RESOURCE_EXHAUSTION') return wrongShape('it is nested too deeply')
  if (error) {
    return {
      kind: 'unparseable',
      problem: `line ${lineNumberAt(text, error.pos[0])}: ${error.message}`,
    }
  }
  if (second !== undefined) return wrongShape('it contains several YAML documents')
  const end = tokens.find(({ type }) => type === 'doc-end')?.offset ?? text.length
  return locateOwnedEntries(text, doc, end)
}

function locateOwnedEntries(text: string, doc: Document, end: number): ParseResult {
  const found = { text, doc, end, root: undefined, globalEntry: undefined, global: undefined }
  if (isEmpty(doc.contents)) return { kind: 'parsed', parsed: { ...found, owned: {} } }
  const root = parsedMap(doc.contents)
  if (!root) return wrongShape(`the document is ${describeKind(doc.contents)}, not a map`)
  const globals = findEntries(doc, root, (name) => name === 'global')
  if (typeof globals === 'string') return wrongShape(globals)
  const globalEntry = globals.get('global')
  if (!globalEntry || isNull(globalEntry.value)) {
    return { kind: 'parsed', parsed: { ...found, root, globalEntry, owned: {} } }
  }
  const global = parsedMap(globalEntry.value)
  if (!global) return wrongShape(`global is ${describeKind(globalEntry.value)}, not a map`)
  const owned = findEntries(doc, global, isOwnedKey)
  if (typeof owned === 'string') return wrongShape(`in global, ${owned}`)
  const parsed = { ...found, root, globalEntry, global, owned: Object.fromEntries(owned) }
  return { kind: 'parsed', parsed }
}

/** Maps each wanted key to its entry; returns the problem if a key is unusable. */
function findEntries(
  doc: Document,
  { map }: ParsedMap,
  isWanted: (name: string) => boolean,
): Map<string, ParsedEntry> | string {
  const found = new Map<string, ParsedEntry>()
  for (const { key, value, srcToken } of map.items) {
    const keyNode = isAlias(key) ? key.resolve(doc) : key
    const name = isScalar(keyNode) ? keyNode.source : undefined
    if (name === undefined || srcToken === undefined || !isWanted(name)) continue
    if (isAlias(key)) return `the key ${name} is written as an alias`
    if (found.has(name)) return `duplicate key ${name}`
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

/** Whether a document is blank, without even an explicit `null`, an anchor or a tag. */
function isEmpty(node: unknown): boolean {
  return (
    node === null ||
    (isScalar(node) && node.type === 'PLAIN' && node.source === '' && !node.anchor && !node.tag)
  )
}

export function isNull(node: unknown): boolean {
  return node === null || (isScalar(node) && node.type === 'PLAIN' && node.value === null)
}

function describeKind(node: unknown): string {
  if (isAlias(node)) return 'an alias'
  return isSeq(node) ? 'a list' : 'a single value'
}

function lineNumberAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

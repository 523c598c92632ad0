import { holdAt, type Hold } from './hold.ts'
import { isOwnedKey, type OwnedKey } from './owned.ts'
import {
  findColonEnd,
  findDashEnd,
  findDocumentStartEnd,
  readValue,
  skipLine,
  skipSpaces,
  unusualCharacter,
  type LineValue,
} from './plain-values.ts'

/** Where things are in a values file. Offsets count UTF-16 code units. */
export type PlainFile = {
  readonly hold: Hold | undefined
  /** Start of the first key. */
  readonly start: number
  /** Number of spaces by which the file indents nested maps; 2 if it has none. */
  readonly indentStep: number
  /** Undefined if the file has none. */
  readonly global: PlainGlobal | undefined
}

export type PlainGlobal = {
  readonly start: number
  /** Start of the next key of the file, or the end of the file. */
  readonly end: number
  /** Indentation of its entries; undefined if it has none. */
  readonly column: number | undefined
  /** Its last key or value. */
  readonly last: LineValue
  readonly owned: Partial<Readonly<Record<OwnedKey, LineValue>>>
}

/**
 * Reads a file line by line if npm yaml, PyYAML and Helm certainly accept it and see the same
 * structure; undefined for any other file, which takes a parser. Nearly all values files consist of
 * what it accepts: block maps and lists, scalars and flat flow collections on one line, blocks of
 * text, and comments.
 */
export function readPlainLines(text: string): PlainFile | undefined {
  if (text.length > maxLength || unusualCharacter.test(text)) return undefined
  return new LineReader(text).read()
}

/** No values file is larger, and patterns run out of memory on lines of many megabytes. */
const maxLength = 1_000_000
/** PyYAML gives up at a few hundred. */
const maxDepth = 50

type FoundGlobal = Omit<Mutable<PlainGlobal>, 'owned'> & {
  readonly owned: Partial<Record<OwnedKey, LineValue>>
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }

type Scope = { readonly kind: 'map' | 'list'; readonly column: number }

/** Its methods return undefined or false if the file takes a parser. */
class LineReader {
  readonly #text: string
  /** Start of the current line. */
  #lineStart = 0
  /** The collections that the current line is in. */
  readonly #scopes: Scope[] = []
  /** Whether the value of the last entry may be on the following lines. */
  #isOpen = false
  /** Whether the last entry is an owned one. */
  #isOwned = false
  #hasDocumentStart = false
  #start = 0
  #hold: Hold | undefined
  #indentStep: number | undefined
  #global: FoundGlobal | undefined
  /** The same while the current line is in it. */
  #inGlobal: FoundGlobal | undefined

  constructor(text: string) {
    this.#text = text
  }

  read(): PlainFile | undefined {
    while (this.#lineStart < this.#text.length) {
      const next = this.#readLine()
      if (next === undefined) return undefined
      this.#lineStart = next
    }
    if (this.#scopes.length === 0) return undefined
    return {
      hold: this.#hold,
      start: this.#start,
      indentStep: this.#indentStep ?? 2,
      global: this.#global,
    }
  }

  /** Reads a line, and a block that begins on it. Returns the start of the next one. */
  #readLine(): number | undefined {
    const at = skipSpaces(this.#text, this.#lineStart)
    switch (this.#text[at]) {
      case undefined:
      case '\r':
      case '\n':
        return skipLine(this.#text, at)
      case '#':
        this.#hold ??= holdAt(this.#text, this.#lineStart)
        return skipLine(this.#text, at)
      default:
        return this.#readDocumentStart(at) ?? this.#readEntry(at)
    }
  }

  #readDocumentStart(at: number): number | undefined {
    if (this.#scopes.length > 0 || this.#hasDocumentStart || at > this.#lineStart) return undefined
    const end = findDocumentStartEnd(this.#text, at)
    this.#hasDocumentStart = end !== undefined
    return end
  }

  /** Reads any number of dashes, and then a key with its value, or just a value. */
  #readEntry(first: number): number | undefined {
    let at = first
    let end = findDashEnd(this.#text, at)
    let valueStart = end
    while (end !== undefined) {
      if (!this.#enter('list', at)) return undefined
      this.#isOpen = true
      valueStart = end
      at = skipSpaces(this.#text, end)
      end = findDashEnd(this.#text, at)
    }
    const colon = findColonEnd(this.#text, at)
    if (colon !== undefined && !this.#enter('map', at)) return undefined
    valueStart = colon ?? valueStart
    const column = this.#scopes.at(-1)?.column
    if (valueStart === undefined || column === undefined) return undefined
    const value = readValue(this.#text, valueStart, column)
    if (value === undefined) return undefined
    this.#isOpen = value.kind === 'empty'
    this.#isOwned = false
    if (colon !== undefined && !this.#noteEntry(at, colon, value)) return undefined
    if (this.#inGlobal !== undefined) this.#inGlobal.last = value
    return value.next
  }

  /** Leaves the collections that end before an entry, and enters the one that begins with it. */
  #enter(kind: Scope['kind'], at: number): boolean {
    const column = at - this.#lineStart
    let scope = this.#scopes.at(-1)
    if (scope === undefined || (this.#isOpen && isNested(kind, column, scope))) {
      return this.#begin({ kind, column })
    }
    while (scope !== undefined && endsBefore(scope, kind, column)) {
      this.#scopes.pop()
      scope = this.#scopes.at(-1)
    }
    return scope?.column === column && scope.kind === kind
  }

  #begin(scope: Scope): boolean {
    const depth = this.#scopes.push(scope)
    const isMap = scope.kind === 'map'
    if (depth === 1) {
      this.#start = this.#lineStart
      return isMap && scope.column === 0
    }
    if (depth > 2) return depth <= maxDepth && !this.#isOwned
    if (isMap) this.#indentStep ??= scope.column
    if (this.#inGlobal !== undefined) this.#inGlobal.column = scope.column
    return isMap || this.#inGlobal === undefined
  }

  /** Keeps what concerns `global`. */
  #noteEntry(at: number, colon: number, value: LineValue): boolean {
    const depth = this.#scopes.length
    if (depth > 2 || (depth === 2 && this.#inGlobal === undefined)) return true
    const isQuoted = /["']/.test(this.#text[at] ?? '')
    const name = this.#text.slice(isQuoted ? at + 1 : at, isQuoted ? colon - 2 : colon - 1)
    return depth === 1 ? this.#noteRootKey(name, value) : this.#noteGlobalKey(name, value)
  }

  #noteRootKey(name: string, last: LineValue): boolean {
    const start = this.#lineStart
    if (this.#inGlobal !== undefined) this.#inGlobal.end = start
    this.#inGlobal = undefined
    if (name !== 'global') return true
    if (this.#global !== undefined || last.kind !== 'empty') return false
    this.#global = { start, end: this.#text.length, column: undefined, last, owned: {} }
    this.#inGlobal = this.#global
    return true
  }

  #noteGlobalKey(name: string, value: LineValue): boolean {
    if (this.#inGlobal === undefined || !isOwnedKey(name)) return true
    if (this.#inGlobal.owned[name] !== undefined) return false
    this.#inGlobal.owned[name] = value
    this.#isOwned = true
    return value.kind === 'empty' || value.kind === 'scalar'
  }
}

function isNested(kind: Scope['kind'], column: number, parent: Scope): boolean {
  // The items of a list may be at the margin of their key.
  const isAtMargin = kind === 'list' && parent.kind === 'map' && column === parent.column
  return column > parent.column || isAtMargin
}

function endsBefore(scope: Scope, kind: Scope['kind'], column: number): boolean {
  const isAtMargin = kind === 'map' && scope.kind === 'list' && column === scope.column
  return column < scope.column || isAtMargin
}

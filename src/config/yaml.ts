import { parseDocument, visit, type Document, type LineCounter, type YAMLError } from 'yaml'
import { prose, type Prose } from '../core/text/prose.ts'
import { findReferenceFlaws } from '../core/values-file/reference-flaws.ts'
import { findDuplicateKeys, keepOne, type DuplicateKey } from './duplicate-keys.ts'
import { hideUnreadable, leaveOpen, type Span } from './unreadable.ts'

/** What is wrong with the YAML, and where. */
export type Flaw = {
  readonly offset: number | undefined
  readonly text: Prose
  /** What cannot be read because of it. */
  readonly span?: Span
}

/** What a document says, as far as it can be read. */
export type Reading = { readonly document: Document.Parsed; readonly value: unknown }

export type ReadYaml = {
  readonly flaws: readonly Flaw[]
  /**
   * None if nothing else can be said about the file. With duplicate keys two: with the first values, and
   * with the last ones.
   */
  readonly readings: readonly Reading[]
}

/** One bracket that is not closed can lead to hundreds of errors. */
const maxErrors = 20

/** Errors of the library that leave everything else readable. */
const localErrors: ReadonlySet<string> = new Set([
  'ALIAS_PROPS',
  'BAD_ALIAS',
  'BAD_DQ_ESCAPE',
  'BAD_SCALAR_START',
  'MULTIPLE_ANCHORS',
  'MULTIPLE_DOCS',
  'MULTIPLE_TAGS',
  'TAG_RESOLVE_FAILED',
])

/** Reads a document whose values are plain: maps, lists, texts, numbers and booleans. */
export function readYaml(text: string, lineCounter: LineCounter): ReadYaml {
  const document = parse(text, lineCounter)
  const errors = document.errors.map((error) => describeError(error, text))
  if (document.errors.some(({ code }) => !localErrors.has(code))) {
    return { flaws: errors.slice(0, maxErrors), readings: [] }
  }
  if (isEmpty(document)) {
    const empty = prose`it is empty: it needs the keys \`version\` and \`targets\``
    return { flaws: [...errors, { offset: undefined, text: empty }], readings: [] }
  }
  const duplicates = findDuplicateKeys(document)
  const flaws = [
    ...errors,
    ...document.warnings.map((warning) => describeError(warning, text)),
    ...findReferenceFlaws(document).map(({ at, problem }) => locate(at, problem)),
    ...findEmptyTags(document),
    ...duplicates.map((duplicate) => describeDuplicate(duplicate, lineCounter)),
  ]
  const documents = duplicates.length === 0 ? [document] : [document, parse(text)]
  try {
    return { flaws, readings: documents.map((one, index) => toReading(one, flaws, index === 0)) }
  } catch (error) {
    const problem = prose`it can't be read: ${(error as Error).message}`
    return { flaws: [...flaws, { offset: undefined, text: problem }], readings: [] }
  }
}

function parse(text: string, lineCounter?: LineCounter): Document.Parsed {
  return parseDocument(text, {
    ...(lineCounter && { lineCounter }),
    merge: true,
    prettyErrors: false,
    // `!!binary` and the like have values that no key takes.
    resolveKnownTags: false,
    uniqueKeys: false,
  })
}

/** The type of the library excludes it. */
function isEmpty({ contents }: { readonly contents: unknown }): boolean {
  return contents === null
}

function toReading(document: Document.Parsed, flaws: readonly Flaw[], isFirst: boolean): Reading {
  hideUnreadable(
    document,
    flaws.flatMap(({ span }) => (span === undefined ? [] : [span])),
  )
  if (document.errors.some(({ code }) => code === 'MULTIPLE_DOCS')) leaveOpen(document)
  keepOne(document, isFirst ? 'first' : 'last')
  // A file of a few targets has no use for many aliases; a hundred of them can be a billion values.
  return { document, value: document.toJS({ maxAliasCount: 100 }) as unknown }
}

/** YAML drops a tag that it does not know, and with it an exclusion such as `!llm-draft-*`. */
function describeError({ code, pos, message }: YAMLError, text: string): Flaw {
  const [offset, end] = pos
  if (code === 'MULTIPLE_DOCS') {
    return { offset, text: prose`a second document starts here: the file must have only one` }
  }
  // A directive is outside of all values.
  const span = code === 'BAD_DIRECTIVE' ? {} : { span: pos }
  if (code !== 'TAG_RESOLVE_FAILED') {
    return { offset, text: prose`it is not valid YAML: ${message}`, ...span }
  }
  const tag = text.slice(offset, end)
  const what = /^!(?![!<])/.test(tag)
    ? prose`YAML reads \`${tag}\` as a tag, not as a text: quote it: \`'${tag}'\``
    : prose`the tag \`${tag}\` is not supported: remove it, or quote the text`
  return { offset, text: what, ...span }
}

function describeDuplicate({ key, first }: DuplicateKey, lineCounter: LineCounter): Flaw {
  const { line } = lineCounter.linePos(first.range?.[0] ?? 0)
  return {
    offset: key.range?.[0],
    text: prose`duplicate key \`${String(key.value)}\`: line ${line} has it, too`,
  }
}

/** Finds the tag `!`, of which YAML does not warn. */
function findEmptyTags(document: Document.Parsed): Flaw[] {
  const flaws: Flaw[] = []
  visit(document, {
    Value(_key, node) {
      if (node.tag !== '!') return
      const text = prose`YAML reads \`!\` as a tag, not as a text: quote the text`
      flaws.push(locate(node.range?.[0] ?? 0, text))
    },
  })
  return flaws
}

function locate(offset: number, text: Prose): Flaw {
  return { offset, text, span: [offset, offset] }
}

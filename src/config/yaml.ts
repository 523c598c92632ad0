import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Document,
  type LineCounter,
  type Node,
  type Pair,
  type YAMLError,
} from 'yaml'
import { prose, type Prose } from '../core/text/prose.ts'

/** What is wrong with the YAML, and where. */
export type Flaw = { readonly offset: number | undefined; readonly text: Prose }

export type ReadYaml =
  | { readonly ok: true; readonly document: Document.Parsed; readonly value: unknown }
  | { readonly ok: false; readonly flaws: readonly Flaw[] }

/** One bracket that is not closed can lead to hundreds of errors. */
const maxErrors = 20

/** Reads a document whose values are plain: maps, lists, texts, numbers and booleans. */
export function readYaml(text: string, lineCounter: LineCounter): ReadYaml {
  const document = parseDocument(text, {
    lineCounter,
    merge: true,
    prettyErrors: false,
    // `!!binary` and the like have values that no key takes.
    resolveKnownTags: false,
  })
  const errors = document.errors.map(({ code, pos, message }): Flaw => ({
    offset: pos[0],
    text:
      code === 'MULTIPLE_DOCS'
        ? prose`a second document starts here: the file must have only one`
        : prose`it is not valid YAML: ${message}`,
  }))
  if (errors.length > 0) return { ok: false, flaws: errors.slice(0, maxErrors) }
  const { contents }: { contents: Node | null } = document
  if (contents === null) {
    const empty = prose`it is empty: it needs the keys \`version\` and \`targets\``
    return { ok: false, flaws: [{ offset: undefined, text: empty }] }
  }
  const flaws = [
    ...document.warnings.map((warning) => describeWarning(warning, text)),
    ...findReferenceFlaws(document),
  ]
  return flaws.length > 0 ? { ok: false, flaws } : toPlainValue(document)
}

function toPlainValue(document: Document.Parsed): ReadYaml {
  try {
    // A file of a few targets has no use for many aliases; a hundred of them can be a billion values.
    return { ok: true, document, value: document.toJS({ maxAliasCount: 100 }) as unknown }
  } catch (error) {
    const problem = prose`it can't be read: ${(error as Error).message}`
    return { ok: false, flaws: [{ offset: undefined, text: problem }] }
  }
}

/** YAML drops a tag that it does not know, and with it an exclusion such as `!llm-draft-*`. */
function describeWarning({ code, pos, message }: YAMLError, text: string): Flaw {
  const [offset, end] = pos
  if (code !== 'TAG_RESOLVE_FAILED')
    return { offset, text: prose`it is not valid YAML: ${message}` }
  const tag = text.slice(offset, end)
  const what = /^!(?![!<])/.test(tag)
    ? prose`YAML reads \`${tag}\` as a tag, not as a text: quote it: \`'${tag}'\``
    : prose`the tag \`${tag}\` is not supported: remove it, or quote the text`
  return { offset, text: what }
}

/**
 * Finds aliases and merge keys that refer to nothing, or to what they are in, and the tag `!`, of which
 * YAML does not warn.
 */
function findReferenceFlaws(document: Document.Parsed): Flaw[] {
  const flaws: Flaw[] = []
  const anchors = new Map<string, Node>()
  const add = (node: Node, text: Prose) => flaws.push({ offset: node.range?.[0], text })
  visit(document, {
    Alias(_key, node, ancestors) {
      const target = anchors.get(node.source)
      if (target === undefined) {
        const name = `*${node.source}`
        add(
          node,
          prose`YAML reads \`${name}\` as an alias, but there is no anchor \`&${node.source}\` before it: quote a text: \`'${name}'\``,
        )
      } else if (ancestors.includes(target)) {
        add(node, prose`the alias \`*${node.source}\` refers to what it is in: remove it`)
      }
    },
    Value(_key, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node)
      if (node.tag === '!')
        add(node, prose`YAML reads \`!\` as a tag, not as a text: quote the text`)
    },
    Pair(_key, pair) {
      const source = findWrongMergeSource(pair, anchors)
      if (source !== undefined) add(source, prose`\`<<\` must have a map, or an alias of a map`)
    },
  })
  return flaws
}

function findWrongMergeSource(
  { key, value }: Pair,
  anchors: ReadonlyMap<string, Node>,
): Node | undefined {
  const isMergeKey = isScalar(key) && typeof key.value === 'symbol'
  if (!isMergeKey || !isNode(value)) return undefined
  const resolve = (node: unknown) => (isAlias(node) ? anchors.get(node.source) : node)
  const sources = resolve(value)
  const isWrong = (node: unknown): boolean => {
    const source = resolve(node)
    // An alias of nothing is a mistake of its own.
    return source !== undefined && !isMap(source)
  }
  return (isSeq(sources) ? sources.items : [value]).some(isWrong) ? value : undefined
}

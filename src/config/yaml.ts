import {
  parseDocument,
  visit,
  type Document,
  type LineCounter,
  type Node,
  type YAMLError,
} from 'yaml'
import { prose, type Prose } from '../core/text/prose.ts'
import { findReferenceFlaws } from '../core/values-file/reference-flaws.ts'

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
    ...findReferenceFlaws(document).map(({ at, problem }) => ({ offset: at, text: problem })),
    ...findEmptyTags(document),
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

/** Finds the tag `!`, of which YAML does not warn. */
function findEmptyTags(document: Document.Parsed): Flaw[] {
  const flaws: Flaw[] = []
  visit(document, {
    Value(_key, node) {
      if (node.tag !== '!') return
      const text = prose`YAML reads \`!\` as a tag, not as a text: quote the text`
      flaws.push({ offset: node.range?.[0], text })
    },
  })
  return flaws
}

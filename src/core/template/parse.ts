import {
  isMap,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type ParsedNode,
  type Scalar,
} from 'yaml'
import { readValues } from '../values-file/file.ts'
import { splitText, type Part, type Placeholder } from './placeholder.ts'

/** A scalar of the template that holds placeholders or escapes. */
export type Site = {
  readonly node: Scalar.Parsed
  readonly parts: readonly Part[]
  readonly isKey: boolean
}

/** A placeholder with its line in the template, counted from 1. */
export type LocatedPlaceholder = Placeholder & { readonly line: number }

/** A checked template. */
export type Template = {
  readonly text: string
  /** All of them in order, so that a caller can ask MLflow for what is needed only. */
  readonly placeholders: readonly LocatedPlaceholder[]
  readonly root: ParsedNode
  readonly sites: readonly Site[]
}

export type TemplateResult =
  | { readonly ok: true; readonly template: Template }
  /** All that is wrong with it, each with its line. */
  | { readonly ok: false; readonly problems: readonly string[] }

/** Checks a template: its YAML, its shape and every placeholder. */
export function parseTemplate(text: string): TemplateResult {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    keepSourceTokens: true,
    lineCounter: lines,
    prettyErrors: false,
  })
  const lineAt = (offset: number) => lines.linePos(offset).line
  const sites = findSites(document)
  const located = sites.flatMap(({ node, parts }) => locate(text, node, parts, lineAt))
  const broken = yamlProblems(text, document, lineAt)
  const problems = [
    ...broken,
    ...shapeProblems(text, document, lineAt),
    ...sites.flatMap(({ node }) => tagProblems(node, lineAt)),
    ...located.flatMap(({ part, line }) =>
      part.kind === 'malformed' && broken.every((other) => other.line !== line)
        ? [{ line, text: part.problem }]
        : [],
    ),
  ]
  const root = document.contents
  if (problems.length > 0 || root === null) return { ok: false, problems: inOrder(problems) }
  const placeholders = located.flatMap(({ part, line }) =>
    part.kind === 'placeholder' ? [{ ...part.placeholder, line }] : [],
  )
  return { ok: true, template: { text, placeholders, root, sites } }
}

type Problem = { readonly line: number; readonly text: string }

type LineAt = (offset: number) => number

function inOrder(problems: readonly Problem[]): string[] {
  return problems
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, text }) => `line ${line}: ${text}`)
}

function yamlProblems(text: string, document: Document.Parsed, lineAt: LineAt): Problem[] {
  const first = new Map<number, Problem>()
  for (const { code, message, pos } of document.errors) {
    const line = lineAt(pos[0])
    const source = text.split('\n', line)[line - 1] ?? ''
    if (first.has(line)) continue
    first.set(line, {
      line,
      text:
        code === 'MULTIPLE_DOCS'
          ? 'a second document begins; a template is a single one'
          : `not valid YAML: ${message}${source.includes('${') ? quoteAdvice : ''}`,
    })
  }
  return [...first.values()]
}

const quoteAdvice = ' (within [ ] or { }, and with ": " or " #" in it, a placeholder needs quotes)'

/** A template must be able to take the owned values; the values file's own reader decides. */
function shapeProblems(text: string, document: Document.Parsed, lineAt: LineAt): Problem[] {
  if (document.errors.length > 0) return []
  const root = document.contents
  if (!isMap(root)) {
    const problem = 'the template must be a map (key: value) at its top'
    return [{ line: lineAt(root?.range[0] ?? 0), text: problem }]
  }
  const shape = readValues(text)
  if (shape.kind === 'values') return []
  const global = root.items.find(({ key }) => isScalar(key) && key.value === 'global')
  return [{ line: lineAt((global?.key ?? root).range[0]), text: shape.problem }]
}

const stringTag = 'tag:yaml.org,2002:str'

function tagProblems({ tag, range }: Scalar.Parsed, lineAt: LineAt): Problem[] {
  return tag === undefined || tag === stringTag || tag === '!'
    ? []
    : [
        {
          line: lineAt(range[0]),
          text: `a scalar with a placeholder can't have the tag ${tag}: its value decides its type`,
        },
      ]
}

function findSites(document: Document.Parsed): Site[] {
  const sites: Site[] = []
  visit(document, {
    Scalar: (key, node) => {
      if (typeof node.value !== 'string' || !isParsed(node)) return
      const parts = splitText(node.value)
      if (parts.every((part) => part.kind === 'literal' && part.text === part.source)) return
      sites.push({ node, parts, isKey: key === 'key' })
    },
  })
  return sites
}

function isParsed(node: Scalar): node is Scalar.Parsed {
  return Array.isArray(node.range)
}

/** Lines of a scalar's parts; a part that folding or escapes hide has the scalar's first line. */
function locate(
  text: string,
  { range }: Scalar.Parsed,
  parts: readonly Part[],
  lineAt: LineAt,
): { part: Part; line: number }[] {
  let from = range[0]
  return parts.map((part) => {
    const found = part.kind === 'literal' ? -1 : text.indexOf(part.source, from)
    if (found < 0 || found >= range[1]) return { part, line: lineAt(range[0]) }
    from = found + part.source.length
    return { part, line: lineAt(found) }
  })
}

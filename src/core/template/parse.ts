import {
  isMap,
  LineCounter,
  parseDocument,
  type Document,
  type ParsedNode,
  type Scalar,
} from 'yaml'
import { prose, type Prose } from '../text/prose.ts'
import { interpretOwnedValues } from '../values-file/file.ts'
import type { Flaw } from '../values-file/flaw.ts'
import { locateValues } from '../values-file/parse.ts'
import { lineNumberAt } from '../values-file/position.ts'
import { findReferenceFlaws } from '../values-file/reference-flaws.ts'
import { findLayout, type LocatedValues, type TemplateLayout } from './join.ts'
import type { FieldName } from './fields.ts'
import {
  isCompletePlain,
  withFallbacks,
  type Placeholder,
  type TemplateScalar,
} from './placeholder.ts'
import { findScalars, isJsonSegment, locateSegments, type LineAt } from './scalars.ts'

/** A placeholder and its line in the template, counted from 1. */
export type LocatedPlaceholder = Placeholder & { readonly line: number }

/** Whether a template refers to a field, at least as a fallback. */
export function usesField({ placeholders }: Template, field: FieldName): boolean {
  return placeholders.some((placeholder) =>
    withFallbacks(placeholder).some((used) => used.field === field),
  )
}

/** A valid template. */
export type Template = {
  readonly text: string
  /** All placeholders in order, so that callers read only what they need from MLflow. */
  readonly placeholders: readonly LocatedPlaceholder[]
  readonly root: ParsedNode
  readonly scalars: readonly TemplateScalar[]
  /** Undefined if each rendered file has to be parsed. */
  readonly layout: TemplateLayout | undefined
}

export type TemplateResult =
  | { readonly ok: true; readonly template: Template }
  | {
      readonly ok: false
      /** All mistakes in order. */
      readonly flaws: readonly Flaw[]
      /** Whether a placeholder is unknown, and no other has a similar name. */
      readonly needsNames: boolean
    }

/** Parses a template and validates its YAML, its structure and every placeholder. */
export function parseTemplate(text: string): TemplateResult {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    keepSourceTokens: true,
    lineCounter: lines,
    prettyErrors: false,
  })
  const lineAt = (offset: number) => lines.linePos(offset).line
  const scalars = findScalars(text, document)
  const locatedSegments = scalars.flatMap(({ node, segments }) =>
    locateSegments(text, node, segments, lineAt),
  )
  const yamlErrors = findYamlProblems(text, document, lineAt)
  const linesWithErrors = new Set(yamlErrors.map(({ line }) => line))
  const values = document.errors.length === 0 ? readStructure(text, document) : undefined
  const problems = [
    ...yamlErrors,
    ...(values !== undefined && 'problem' in values ? [values] : []),
    ...(document.errors.length === 0 ? findReferenceProblems(document, scalars, lineAt) : []),
    ...scalars.flatMap(({ node }) => findTagProblems(node, lineAt)),
    ...scalars.flatMap((scalar) => findJsonProblems(text, scalar, lineAt)),
    ...locatedSegments.flatMap(({ segment, line }) =>
      segment.kind === 'malformed' && !linesWithErrors.has(line)
        ? [{ line, problem: segment.problem }]
        : [],
    ),
  ]
  const root = document.contents
  if (problems.length > 0 || root === null || values === undefined || 'problem' in values) {
    return {
      ok: false,
      flaws: problems.toSorted((a, b) => a.line - b.line),
      needsNames: locatedSegments.some(
        ({ segment }) => segment.kind === 'malformed' && segment.isUnknown,
      ),
    }
  }
  const placeholders = locatedSegments.flatMap(({ segment, line }) =>
    segment.kind === 'placeholder' ? [{ ...segment.placeholder, line }] : [],
  )
  const layout = findLayout(values, scalars)
  return { ok: true, template: { text, placeholders, root, scalars, layout } }
}

type LocatedFlaw = Flaw & { readonly line: number }

function findYamlProblems(text: string, document: Document.Parsed, lineAt: LineAt): LocatedFlaw[] {
  const sources = document.errors.length === 0 ? [] : text.split('\n')
  const firstByLine = new Map<number, LocatedFlaw>()
  for (const { code, message, pos } of document.errors) {
    const line = lineAt(pos[0])
    const source = sources[line - 1] ?? ''
    if (firstByLine.has(line)) continue
    firstByLine.set(line, {
      line,
      problem:
        code === 'MULTIPLE_DOCS'
          ? prose`a second YAML document begins here, but a template is a single one`
          : prose`not valid YAML: ${message}${adviseQuotes(source)}`,
    })
  }
  return [...firstByLine.values()]
}

/** A JSON placeholder would no longer be one in quotes. */
function adviseQuotes(source: string): Prose {
  if (/\$\{json:/i.test(source)) return jsonAdvice
  return source.includes('${') ? quoteAdvice : []
}

const jsonAdvice = prose`. \`\${json:…}\` can't be within \`[ ]\` or \`{ }\`, or contain \`: \` or \` #\`: write it on a line of its own, as the value of a key, and as its fallback \`null\` or another placeholder`

const quoteAdvice = prose`. Within \`[ ]\` or \`{ }\`, and with \`: \` or \` #\` in it, a placeholder needs quotes: write \`"\${…}"\``

/** JSON that replaces a placeholder may be a map, and so what a merge key needs. */
function findReferenceProblems(
  document: Document.Parsed,
  scalars: readonly TemplateScalar[],
  lineAt: LineAt,
): LocatedFlaw[] {
  const json = new Set<unknown>(
    scalars.filter(({ segments }) => segments.some(isJsonSegment)).map(({ node }) => node),
  )
  return findReferenceFlaws(document, (node) => json.has(node)).map(({ at, problem }) => ({
    line: lineAt(at),
    problem,
  }))
}

/** A template must itself be a valid values file, because rendered files get the owned values. */
function readStructure(text: string, document: Document.Parsed): LocatedValues | LocatedFlaw {
  if (!isMap(document.contents)) {
    const at = document.contents?.range[0] ?? 0
    const problem = prose`the template must be a map (\`key: value\`) at its top`
    return { line: lineNumberAt(text, at), problem }
  }
  const result = locateValues(text, document)
  if (result.kind !== 'parsed') return { line: result.line ?? 1, problem: result.problem }
  const interpretations = interpretOwnedValues(result.parsed)
  return 'problem' in interpretations
    ? { line: interpretations.line ?? 1, problem: interpretations.problem }
    : { file: result.parsed, interpretations }
}

const stringTag = 'tag:yaml.org,2002:str'

function findTagProblems({ tag, range }: Scalar.Parsed, lineAt: LineAt): LocatedFlaw[] {
  return tag === undefined || tag === stringTag
    ? []
    : [
        {
          line: lineAt(range[0]),
          problem: prose`a scalar with a placeholder can't have the tag \`${tag}\`: its value decides its type`,
        },
      ]
}

/** JSON can only replace a scalar of which every other part, even a quote, would be lost. */
function findJsonProblems(text: string, scalar: TemplateScalar, lineAt: LineAt): LocatedFlaw[] {
  const { node, segments, isInKey } = scalar
  if (isCompletePlain(scalar) && !isInKey) return []
  return locateSegments(text, node, segments, lineAt).flatMap(({ segment, line }) =>
    isJsonSegment(segment)
      ? [
          {
            line,
            problem: prose`\`${segment.source}\` must be a complete value without quotes, other text or a tag, and can't be a key: write it on a line of its own, as in \`args: \${json:run.params.args}\``,
          },
        ]
      : [],
  )
}

import { parseDocument } from 'yaml'
import { prose, type Prose } from '../text/prose.ts'
import { applyEdits } from '../values-file/edit.ts'
import { readValues } from '../values-file/file.ts'
import type { Flaw } from '../values-file/flaw.ts'
import { isTimestamp, type OwnedValues } from '../values-file/owned.ts'
import { updateValues } from '../values-file/update.ts'
import { joinFile } from './join.ts'
import { parseJson } from './json.ts'
import type { LocatedPlaceholder, Template } from './parse.ts'
import {
  describeMissing,
  resolvePlaceholder,
  type PlaceholderValues,
} from './placeholder-values.ts'
import type { Placeholder, TemplateScalar } from './placeholder.ts'
import { renderScalar, replaceScalar, type RenderedScalar } from './scalar.ts'
import { hasSameStructure } from './same-structure.ts'

export type { PlaceholderValues } from './placeholder-values.ts'

type Rejection = {
  readonly ok: false
  /** What is wrong with the template for these values, such as placeholders without one. */
  readonly flaws: readonly Flaw[]
  readonly advice: Prose
}

export type RenderResult = { readonly ok: true; readonly text: string } | Rejection

/**
 * Renders a template and adds the owned values. The result is parsed and compared with the template
 * only if its correctness does not follow from how its scalars are written.
 */
export function renderValuesFile(
  template: Template,
  values: PlaceholderValues,
  owned: OwnedValues,
): RenderResult {
  const scalars = renderScalars(template, values)
  if ('flaws' in scalars) return scalars
  const { layout } = template
  const isProven = [...scalars.values()].every((scalar) => scalar.isProven)
  if (layout !== undefined && isProven && isTimestamp(owned.timestamp)) {
    return { ok: true, text: joinFile(layout, scalars, owned) }
  }
  const rendered = renderTemplate(template, values)
  return rendered.ok ? addOwnedValues(rendered.text, owned) : rendered
}

/**
 * Renders a template. The result is parsed again and compared with the template, so that no value
 * can change anything except the scalars with placeholders.
 */
export function renderTemplate(template: Template, values: PlaceholderValues): RenderResult {
  const scalars = renderScalars(template, values)
  return 'flaws' in scalars ? scalars : checkRendered(template, scalars)
}

type RenderedScalars = ReadonlyMap<TemplateScalar, RenderedScalar>

function renderScalars(
  { text, placeholders, scalars }: Template,
  values: PlaceholderValues,
): RenderedScalars | Rejection {
  const problems = placeholders.flatMap((placeholder) => findProblem(placeholder, values) ?? [])
  const [first] = problems
  if (first !== undefined) {
    return { ok: false, flaws: problems.map(({ flaw }) => flaw), advice: first.advice }
  }
  return new Map(
    scalars.map((scalar) => {
      const [start, end] = scalar.node.range
      return [scalar, renderScalar(scalar, text.slice(start, end), values)]
    }),
  )
}

type PlaceholderProblem = { readonly flaw: Flaw; readonly advice: Prose }

function findProblem(
  placeholder: LocatedPlaceholder,
  values: PlaceholderValues,
): PlaceholderProblem | undefined {
  const { line, label } = placeholder
  const found = resolvePlaceholder(placeholder, values)
  if (found.ok) {
    const problem = placeholder.isJson ? findJsonProblem(placeholder, found.text) : undefined
    return (
      problem && { flaw: { line, problem: prose`\`${label}\`: ${problem}` }, advice: jsonAdvice }
    )
  }
  const { problem, placeholder: last } = found
  return problem === undefined
    ? {
        flaw: { line, problem: describeMissing(placeholder, last, values) },
        advice: adviseFallback(last),
      }
    : { flaw: { line, problem: prose`\`${last.label}\`: ${problem}` }, advice: unknownAdvice }
}

/** An empty fallback stands for null. */
function findJsonProblem({ fallback }: Placeholder, text: string): Prose | undefined {
  const parsed = text === '' && fallback !== undefined ? undefined : parseJson(text)
  return parsed?.ok === false ? parsed.problem : undefined
}

const jsonAdvice = prose`Correct the value in MLflow, or use the placeholder without \`json:\`.`

const unknownAdvice = prose`Correct it in MLflow, or do without this placeholder.`

function adviseFallback({ label, key }: Placeholder): Prose {
  const example = prose`\`${label.slice(0, -1)}:-fallback}\``
  return key === undefined
    ? prose`Write a fallback in the template, as in ${example}, or do without this placeholder.`
    : prose`Correct the name, log the value with MLflow, or write a fallback in the template, as in ${example}.`
}

function checkRendered(template: Template, scalars: RenderedScalars): RenderResult {
  const edits = [...scalars].map(([scalar, { source }]) => replaceScalar(scalar, source))
  const text = applyEdits(template.text, edits)
  const problem = findChange(template, text, scalars)
  if (problem === undefined) return { ok: true, text }
  const advice = prose`Put the placeholders of the template in quotes.`
  return { ok: false, flaws: [{ line: undefined, problem }], advice }
}

function findChange(template: Template, text: string, scalars: RenderedScalars): Prose | undefined {
  const document = parseDocument(text)
  const [error] = document.errors
  if (error !== undefined)
    return prose`it is not valid YAML with the values of this run: ${error.message}`
  const expected = new Map([...scalars].map(([{ node }, { value }]) => [node, value]))
  return hasSameStructure(template.root, document.contents, expected)
    ? undefined
    : prose`the values of this run would change its structure`
}

function addOwnedValues(text: string, owned: OwnedValues): RenderResult {
  const update = updateValues(readValues(text), owned)
  if (update.kind !== 'rejected') {
    return { ok: true, text: update.kind === 'updated' ? update.text : text }
  }
  const problem = prose`it can't take the values of \`global\`: ${update.problem}`
  const advice = prose`Simplify \`global\` in the template.`
  return { ok: false, flaws: [{ problem, line: undefined }], advice }
}

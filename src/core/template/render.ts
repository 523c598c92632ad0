import { parseDocument, type Scalar } from 'yaml'
import { prose, type Prose } from '../text/prose.ts'
import type { Flaw } from '../values-file/flaw.ts'
import type { Template } from './parse.ts'
import {
  describeMissing,
  resolvePlaceholder,
  type PlaceholderValues,
} from './placeholder-values.ts'
import type { Placeholder } from './placeholder.ts'
import { renderScalar } from './scalar.ts'
import { hasSameStructure } from './same-structure.ts'

export type { PlaceholderValues } from './placeholder-values.ts'

export type RenderResult =
  | { readonly ok: true; readonly text: string }
  /** What is wrong with the template for these values, such as placeholders without one. */
  | { readonly ok: false; readonly flaws: readonly Flaw[]; readonly advice: Prose }

/**
 * Renders a template. The result is parsed again and compared with the template, so that no value
 * can change anything except the scalars with placeholders.
 */
export function renderTemplate(template: Template, values: PlaceholderValues): RenderResult {
  const missing = template.placeholders.flatMap((placeholder) => {
    const found = resolvePlaceholder(placeholder, values)
    return found.ok ? [] : [{ placeholder, problem: found.problem }]
  })
  const [first] = missing
  if (first !== undefined) {
    const flaws = missing.map(({ placeholder, problem }) => ({
      line: placeholder.line,
      problem:
        problem === undefined
          ? describeMissing(placeholder, values)
          : prose`\`${placeholder.label}\`: ${problem}`,
    }))
    return { ok: false, flaws, advice: adviseFallback(first.placeholder) }
  }
  const { text, expected } = substitute(template, values)
  const problem = checkResult(template, text, expected)
  if (problem === undefined) return { ok: true, text }
  const advice = prose`Put the placeholders of the template in quotes.`
  return { ok: false, flaws: [{ line: undefined, problem }], advice }
}

function adviseFallback({ label, key }: Placeholder): Prose {
  const example = prose`\`${label.slice(0, -1)}:-fallback}\``
  return key === undefined
    ? prose`Write a fallback in the template, as in ${example}, or do without this placeholder.`
    : prose`Correct the name, log the value with MLflow, or write a fallback in the template, as in ${example}.`
}

function substitute(
  { text, scalars }: Template,
  values: PlaceholderValues,
): { text: string; expected: Map<Scalar, unknown> } {
  const expected = new Map<Scalar, unknown>()
  const pieces: string[] = []
  let done = 0
  for (const scalar of scalars) {
    const [start, end] = scalar.node.range
    const rendered = renderScalar(scalar, text.slice(start, end), values)
    expected.set(scalar.node, rendered.value)
    pieces.push(text.slice(done, start), rendered.source)
    done = end
  }
  return { text: [...pieces, text.slice(done)].join(''), expected }
}

function checkResult(
  template: Template,
  text: string,
  expected: ReadonlyMap<Scalar, unknown>,
): Prose | undefined {
  const document = parseDocument(text)
  const [error] = document.errors
  if (error !== undefined)
    return prose`it is not valid YAML with the values of this run: ${error.message}`
  return hasSameStructure(template.root, document.contents, expected)
    ? undefined
    : prose`the values of this run would change its structure`
}

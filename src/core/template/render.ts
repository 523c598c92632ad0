import { parseDocument, type Scalar } from 'yaml'
import { joinProse, prose, type Prose } from '../text/prose.ts'
import type { Template } from './parse.ts'
import { resolvePlaceholder, type PlaceholderValues } from './placeholder-values.ts'
import { renderScalar } from './scalar.ts'
import { hasSameStructure } from './same-structure.ts'

export type { PlaceholderValues } from './placeholder-values.ts'

export type RenderResult =
  | { readonly ok: true; readonly text: string }
  /** Names each placeholder without a value, with its line in the template. */
  | { readonly ok: false; readonly problem: Prose }

/**
 * Renders a template. The result is parsed again and compared with the template, so that no value
 * can change anything except the scalars with placeholders.
 */
export function renderTemplate(template: Template, values: PlaceholderValues): RenderResult {
  const problems = template.placeholders.flatMap((placeholder) => {
    const found = resolvePlaceholder(placeholder, values)
    if (found.ok) return []
    const { label, line } = placeholder
    const reason =
      found.problem === undefined
        ? prose` has no value and no fallback (${label.slice(0, -1)}:-…})`
        : prose`: ${found.problem}`
    return [prose`\`${label}\` on line ${line} of the template${reason}`]
  })
  if (problems.length > 0) return { ok: false, problem: joinProse(problems, '; ') }
  const { text, expected } = substitute(template, values)
  const problem = checkResult(template, text, expected)
  return problem === undefined ? { ok: true, text } : { ok: false, problem }
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
  if (error !== undefined) return prose`the filled-in template is not valid YAML: ${error.message}`
  return hasSameStructure(template.root, document.contents, expected)
    ? undefined
    : prose`the filled-in template no longer has the structure of the template`
}

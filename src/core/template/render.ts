import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  parseDocument,
  type Node,
  type Scalar,
} from 'yaml'
import type { Template } from './parse.ts'
import { resolvePlaceholder, type PlaceholderValues } from './placeholder-values.ts'
import { renderScalar } from './scalar.ts'

export type { PlaceholderValues } from './placeholder-values.ts'

export type RenderResult =
  | { readonly ok: true; readonly text: string }
  /** Names each placeholder without a value, with its line in the template. */
  | { readonly ok: false; readonly problem: string }

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
        ? ` has no value and no fallback (${label.slice(0, -1)}:-…})`
        : `: ${found.problem}`
    return [`${label} on line ${line} of the template${reason}`]
  })
  if (problems.length > 0) return { ok: false, problem: problems.join('; ') }
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
): string | undefined {
  const document = parseDocument(text)
  const [error] = document.errors
  if (error !== undefined) return `the filled-in template is not valid YAML: ${error.message}`
  return hasSameStructure(template.root, document.contents, expected)
    ? undefined
    : 'the filled-in template no longer has the structure of the template'
}

/**
 * Whether two trees have the same nodes, order, anchors, tags and values. `expected` overrides the
 * values of scalars in `before`.
 */
function hasSameStructure(
  before: unknown,
  after: unknown,
  expected: ReadonlyMap<Scalar, unknown>,
): boolean {
  if (isPair(before)) {
    return (
      isPair(after) &&
      hasSameStructure(before.key, after.key, expected) &&
      hasSameStructure(before.value, after.value, expected)
    )
  }
  if (!isNode(before) || !isNode(after)) return before === after
  if (before.tag !== after.tag) return false
  if (isAlias(before)) return isAlias(after) && before.source === after.source
  if (isScalar(before)) {
    const value = expected.has(before) ? expected.get(before) : before.value
    return isScalar(after) && before.anchor === after.anchor && Object.is(value, after.value)
  }
  if (!isCollection(before) || !isCollection(after)) return false
  return (
    isMap(before) === isMap(after) &&
    before.anchor === after.anchor &&
    before.items.length === after.items.length &&
    before.items.every((item, index) => hasSameStructure(item, after.items[index], expected))
  )
}

function isNode(value: unknown): value is Node {
  return isAlias(value) || isScalar(value) || isCollection(value)
}

import { visit } from 'yaml'
import type { OwnedKey } from './owned.ts'
import { parseValues } from './parse.ts'

/**
 * Whether anything else in a values file refers to an owned value: the Helm value in any scalar
 * (`.Values.global.modelid`, `index .Values.global "modelid"`), or an alias of its anchor. Comments
 * do not count, neither YAML's nor Helm's.
 */
export function refersTo(text: string, key: OwnedKey): boolean {
  const result = parseValues(text)
  if (result.kind !== 'parsed') return isReference(text, key)
  const { doc, owned, resolveAlias } = result.parsed
  const value = owned[key]?.value
  let found = false
  const stopIf = (isFound: boolean) => {
    found = isFound
    return isFound ? visit.BREAK : undefined
  }
  visit(doc, {
    Scalar: (_, { source = '' }) => stopIf(isReference(source, key)),
    Alias: (_, alias) => stopIf(value !== undefined && resolveAlias(alias) === value),
  })
  return found
}

/** What may separate the names in a Helm expression: `.a.b`, `(.a).b`, `index .a "b"`. */
const separator = '[\\s.()"\'`\\\\]+'
/** The end of an action or of one of its steps: what precedes is passed on as a whole. */
const stepEnd = '(?=[\\s)]*(?:-?\\}\\}|\\|))'

function isReference(text: string, key: OwnedKey): boolean {
  if (!text.includes('Values') || !text.includes(key)) return false
  const source = withoutHelmComments(text)
  const matches = (pattern: string) => new RegExp(pattern).test(source)
  const name = `${key}(?!\\w)`
  return (
    matches(`\\bValues${separator}global${separator}${name}`) ||
    // `with .Values.global`, `pluck "modelid" .Values.global`
    (matches(`\\bValues${separator}global${stepEnd}`) && matches(`[."'\`]${name}`)) ||
    // `with .Values`, `dig "global" "modelid" "" .Values`
    (matches(`\\bValues${stepEnd}`) && matches(`\\bglobal${separator}${name}`))
  )
}

function withoutHelmComments(text: string): string {
  const start = /\{\{(?:- )?\s*\/\*/g
  let kept = ''
  let done = 0
  for (let found = start.exec(text); found !== null; found = start.exec(text)) {
    const end = text.indexOf('*/', start.lastIndex)
    if (end < 0) break
    kept += text.slice(done, found.index)
    done = end + 2
    start.lastIndex = done
  }
  return kept + text.slice(done)
}

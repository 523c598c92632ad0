import { own, prose, type Prose } from '../text/prose.ts'
import { findReference, suggestReference, type FieldReference } from './fields.ts'

/** What is wrong with a placeholder. */
export type Malformation = {
  readonly problem: Prose
  /** There is no such placeholder, nor one with a similar name. */
  readonly isUnknown: boolean
}

/** What a placeholder's name says. */
export type ParsedName = FieldReference & {
  /** Whether it is `json:NAME`, whose value is JSON. */
  readonly isJson: boolean
}

export const escapeAdvice = own('write `$${` for a literal `${`')

/** What MLflow never has in the name of a parameter, a metric or a tag. */
const impossibleInKey = /[^\w/. :\-\P{ASCII}]|\p{DI}/u

/** `json:` before the name of another placeholder, also with blanks or in other letters. */
const jsonPrefix = /^\s*json\s*:(?=\s*[^\s=?+-])/i

/**
 * Returns what a name refers to, or the problem as text. `suffix` is what follows the name up to the
 * closing brace.
 */
export function parseName(name: string, suffix: string): ParsedName | Malformation {
  const prefix = jsonPrefix.exec(name)?.[0] ?? ''
  const isJson = prefix !== ''
  const rest = name.slice(prefix.length)
  const operator = /:\s*[-=?+\u2010-\u2015\u2212]/u.exec(rest)
  const known = operator === null ? rest : rest.slice(0, operator.index)
  const reference = findReference(known)
  if (reference === undefined) return unknown({ name, known, suffix, isJson })
  const { field, key } = reference
  const clean = `${isJson ? 'json:' : ''}${key === undefined ? field : `${field}.${key}`}`
  if (operator !== null) {
    return slip(
      prose`\`\${${name}}\` has \`${operator[0]}\`, but only \`:-\` starts a fallback: write \`\${${clean}:-fallback}\``,
    )
  }
  const [impossible] = impossibleInKey.exec(key ?? '') ?? []
  if (impossible !== undefined) {
    return slip(
      prose`\`\${${name}}\` can't have a value: a name in MLflow has letters, digits, spaces and \`_-./:\` but not \`${printable(impossible)}\` (a fallback starts with \`:-\`)`,
    )
  }
  if (clean === name) return { ...reference, isJson }
  const mistake =
    /^json:/i.test(prefix) && prefix !== 'json:' && !/\s/.test(name)
      ? prose`must be spelled in lower case`
      : prose`has blanks around its name`
  return slip(prose`\`\${${name}${suffix}}\` ${mistake}: write \`\${${clean}${suffix}}\``)
}

export function slip(problem: Prose): Malformation {
  return { problem, isUnknown: false }
}

type UnknownName = {
  readonly name: string
  /** The name without `json:` and anything that looks like a fallback. */
  readonly known: string
  readonly suffix: string
  readonly isJson: boolean
}

function unknown({ name, known, suffix, isJson }: UnknownName): Malformation {
  const suggestion = suggestReference(known)
  const problem = prose`unknown placeholder \`\${${name}}\``
  return suggestion === undefined
    ? { problem: prose`${problem} (${escapeAdvice})`, isUnknown: true }
    : slip(prose`${problem}: did you mean \`\${${isJson ? 'json:' : ''}${suggestion}${suffix}}\`?`)
}

function printable(character: string): string {
  return /\p{DI}|\p{Cc}/u.test(character)
    ? `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
    : character
}

import type { z } from 'zod'
import { suggestName } from '../core/text/closest.ts'
import { byPlace, foreign, joinProse, own, prose, type Prose } from '../core/text/prose.ts'
import { detailsOf, didYouMean, shown } from '../inputs/issue.ts'
import { inputNames } from '../inputs/schema.ts'
import { keyList, knownKeys } from './schema.ts'
import type { KeyMistake } from './targets.ts'
import { hasUnreadableKey, unreadable, unreadableKey } from './unreadable.ts'

/** An issue of zod as sentences; an issue about unknown keys has one for each of them. */
export function describeIssue(found: z.core.$ZodIssue, root: unknown): KeyMistake[] {
  const { path } = found
  if (isUnreadable(root, path)) return []
  if (found.code === 'unrecognized_keys') {
    const present = Object.keys(valueAt(root, path) as object)
    const unknown = found.keys.filter((key) => key !== unreadableKey)
    return unknown.map((key) => {
      const hint = hintAt(key, path, present)
      const text = prose`\`${nameOf([...path, key])}\` is not a key that mlflow-sync knows. ${hint}`
      return { path: [...path, key], text, isAboutKey: true }
    })
  }
  const entries = found.code === 'invalid_union' ? found.errors.flat() : []
  const inEntries = entries.filter((entry) => entry.path.length > 0)
  if (inEntries.length > 0) {
    return inEntries.flatMap((entry) =>
      describeIssue({ ...entry, path: [...path, ...entry.path] }, root),
    )
  }
  const {
    text,
    hint = withoutQuotes(found, valueAt(root, path)),
    showsValue = false,
  } = detailsOf(found)
  // The text names the entry of a list.
  const named = showsValue && typeof path.at(-1) === 'number' ? path.slice(0, -1) : path
  const subject = named.length === 0 ? own('the file') : code(nameOf(named))
  const received = showsValue ? [] : describeValue(valueAt(root, path), hint.length > 0)
  const sentence = [...subject, ...own(' '), ...text, ...received]
  return [{ path, text: joinProse([sentence, hint], '. ') }]
}

/** Whether a value cannot be read, or is missing in a map that may have it. */
function isUnreadable(root: unknown, path: readonly PropertyKey[]): boolean {
  const value = valueAt(root, path)
  const isKnown = path.length === 0 || value !== undefined
  return value === unreadable || (!isKnown && hasUnreadableKey(valueAt(root, path.slice(0, -1))))
}

function hintAt(key: string, path: readonly PropertyKey[], present: readonly string[]): Prose {
  const known = knownKeys(path)
  if (path.length === 0 && knownKeys(['defaults']).includes(key))
    return prose`It is a key of targets: write it in one of them, or in \`defaults\``
  if (!known.includes(key) && inputNames.some((name) => name === key)) return inputHint
  const suggestion = suggestKey(
    key,
    known.filter((name) => !present.includes(name)),
  )
  return suggestion === undefined
    ? prose`These keys exist: ${keyList(known)}`
    : didYouMean(suggestion)
}

const inputHint = byPlace(
  'It is an input of the action and applies to all targets: set it there',
  'It is a flag and applies to all targets: set it there',
)

/** A key that is similar, or whose words are abbreviated, as in `minAge`. */
function suggestKey(key: string, names: readonly string[]): string | undefined {
  const wordsOf = (name: string) =>
    name
      .replace(/[A-Z]/g, ' $&')
      .toLowerCase()
      .split(/[-_ ]+/)
  const words = wordsOf(key)
  const isAbbreviated = (name: string) =>
    wordsOf(name).length === words.length &&
    wordsOf(name).every((word, index) => word.startsWith(words[index] ?? ''))
  return suggestName(key, names) ?? names.find(isAbbreviated)
}

function code(name: string): Prose {
  return [...own('`'), ...foreign(name), ...own('`')]
}

/** `targets[1].run-filter` */
export function nameOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`
    return name === '' ? String(key) : `${name}.${String(key)}`
  }, '')
}

export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Readonly<Record<PropertyKey, unknown>>)[key]
        : undefined,
    root,
  )
}

function describeValue(value: unknown, isQuoted: boolean): Prose {
  if (value === undefined || value === '') return []
  if (value === null) return own(' (received nothing)')
  const isPlain = typeof value === 'string' && !isQuoted
  return prose` (received ${shown(isPlain ? value : JSON.stringify(value))})`
}

/** A hint for a text such as `"true"` where a boolean or a number belongs. */
function withoutQuotes({ code: kind }: z.core.$ZodIssue, value: unknown): Prose {
  const isOtherType = kind === 'invalid_type' || kind === 'invalid_value'
  const looksLikeIt = typeof value === 'string' && /^(true|false|-?\d+)$/i.test(value)
  return isOtherType && looksLikeIt ? prose`Write it without quotes` : []
}

import { isMap, isNode, isPair, LineCounter, type Document, type Node } from 'yaml'
import type { z } from 'zod'
import { distinctMistakes, type Location, type Mistake } from '../core/problem.ts'
import {
  createTarget,
  type KeyOrigin,
  type KeyOrigins,
  type Target,
  type TargetSettings,
} from '../core/target.ts'
import { suggestName } from '../core/text/closest.ts'
import { byPlace, foreign, joinProse, own, prose, type Prose } from '../core/text/prose.ts'
import { detailsOf, didYouMean, shown } from '../inputs/issue.ts'
import { inputNames } from '../inputs/schema.ts'
import { findIndexConflicts } from './index-conflicts.ts'
import { completeTargets, findConflicts, type KeyMistake } from './targets.ts'
import { createConfigSchema, keyList, knownKeys } from './schema.ts'
import { readYaml } from './yaml.ts'

export type ParsedConfig =
  | { readonly ok: true; readonly targets: readonly Target[] }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] }

/**
 * Parses a configuration file into targets.
 *
 * @param path of the file, for the places of mistakes.
 * @param inputs what targets and `defaults` leave out.
 * @returns the targets, or all mistakes with line and column.
 */
export function parseConfig(text: string, path: string, inputs: TargetSettings): ParsedConfig {
  const lineCounter = new LineCounter()
  const mistakeAt = (offset: number | undefined, what: Prose) =>
    describeMistake(path, offset === undefined ? undefined : lineCounter.linePos(offset), what)
  const read = readYaml(text, lineCounter)
  if (!read.ok) {
    const mistakes = read.flaws.map((flaw) => mistakeAt(flaw.offset, flaw.text))
    return { ok: false, mistakes: sortByPlace(distinctMistakes(mistakes)) }
  }
  const { document, value } = read
  const parsed = createConfigSchema().safeParse(value, { jitless: true })
  const issues = (parsed.error?.issues ?? []).flatMap((found) => issueMistakes(found, value))
  const conflicts = [
    ...findConflicts(value, inputs.path),
    ...findIndexConflicts(value, path, inputs),
  ]
  const mistakes = [...issues, ...conflicts].map(({ path: keys, text: what, isAboutKey = false }) =>
    mistakeAt(offsetOf(document, keys, isAboutKey), what),
  )
  if (!parsed.success || mistakes.length > 0) {
    return { ok: false, mistakes: sortByPlace(distinctMistakes(mistakes)) }
  }
  const placeOf = (keys: readonly PropertyKey[]): Location =>
    mistakeAt(offsetOf(document, keys, true), []).location
  const targets = completeTargets(parsed.data, inputs).map((settings, index) =>
    createTarget(settings, originsOf(value, index, placeOf)),
  )
  return { ok: true, targets }
}

/** Where each key of a target comes from: the target itself, or else the defaults. */
function originsOf(
  root: unknown,
  index: number,
  placeOf: (keys: readonly PropertyKey[]) => Location,
): KeyOrigins {
  const parents = [['defaults'], ['targets', index]]
  return new Map(
    parents.flatMap((parent) =>
      Object.keys(Object(valueAt(root, parent)) as object).map((key): [string, KeyOrigin] => {
        const path = [...parent, key]
        return [key, { key: nameOf(path), location: placeOf(path) }]
      }),
    ),
  )
}

type Place = { readonly line: number; readonly col: number }

function describeMistake(
  path: string,
  place: Place | undefined,
  what: Prose,
): Mistake & { readonly location: Location } {
  if (place === undefined) return { text: what, location: { path, line: undefined } }
  const { line, col: column } = place
  return {
    text: prose`line ${line}, column ${column}: ${what}`,
    location: { path, line, column },
  }
}

function sortByPlace(mistakes: readonly Mistake[]): Mistake[] {
  const lineOf = ({ location }: Mistake): number => location?.line ?? 0
  return mistakes.toSorted((a, b) => lineOf(a) - lineOf(b))
}

/** An issue of zod as sentences; an issue about unknown keys has one for each of them. */
function issueMistakes(found: z.core.$ZodIssue, root: unknown): KeyMistake[] {
  const { path } = found
  if (found.code === 'unrecognized_keys') {
    const present = Object.keys(valueAt(root, path) as object)
    return found.keys.map((key) => {
      const hint = hintAt(key, path, present)
      const text = prose`\`${nameOf([...path, key])}\` is not a key that mlflow-sync knows. ${hint}`
      return { path: [...path, key], text, isAboutKey: true }
    })
  }
  const entries = found.code === 'invalid_union' ? found.errors.flat() : []
  const inEntries = entries.filter((entry) => entry.path.length > 0)
  if (inEntries.length > 0) {
    return inEntries.flatMap((entry) =>
      issueMistakes({ ...entry, path: [...path, ...entry.path] }, root),
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
function nameOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`
    return name === '' ? String(key) : `${name}.${String(key)}`
  }, '')
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
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

/** Where something is; if it is missing, or comes from a merge key, where its closest parent is. */
function offsetOf(
  document: Document.Parsed,
  path: readonly PropertyKey[],
  isAboutKey: boolean,
): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true)
    const key = path[length - 1]
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && nodeValue(item.key) === key)
      : undefined
    const value = document.getIn(path.slice(0, length), true)
    const node = isAboutKey || length < path.length ? (pair?.key ?? value) : value
    if (isNode(node) && node.range) return node.range[0]
    if (isNode(pair?.key) && pair.key.range) return pair.key.range[0]
  }
  return document.contents?.range[0]
}

function nodeValue(node: unknown): unknown {
  return isNode(node) ? (node as Node & { readonly value?: unknown }).value : node
}

import { isMap, isNode, isPair, LineCounter, type Document, type Node } from 'yaml'
import { distinctMistakes, type Location, type Mistake } from '../core/problem.ts'
import {
  createTarget,
  type KeyOrigin,
  type KeyOrigins,
  type Target,
  type TargetSettings,
} from '../core/target.ts'
import { prose, type Prose } from '../core/text/prose.ts'
import { describeIssue, nameOf, valueAt } from './describe.ts'
import { findIndexConflicts } from './index-conflicts.ts'
import { createConfigSchema, type Config } from './schema.ts'
import { completeTargets, findConflicts } from './targets.ts'
import { readYaml, type Flaw, type Reading } from './yaml.ts'

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
  const { flaws, readings } = readYaml(text, lineCounter)
  const checked = readings.map((reading) => checkReading(reading, path, inputs))
  const mistakes = [...flaws, ...checked.flatMap(({ mistakes: found }) => found)].map((found) =>
    mistakeAt(found.offset, found.text),
  )
  const [first] = checked
  if (first?.config === undefined || mistakes.length > 0) {
    return { ok: false, mistakes: sortByPlace(distinctMistakes(mistakes)) }
  }
  const { document, value, config } = first
  const placeOf = (keys: readonly PropertyKey[]): Location =>
    mistakeAt(offsetOf(document, keys, true), []).location
  const targets = completeTargets(config, inputs).map((settings, index) =>
    createTarget(settings, originsOf(value, index, placeOf)),
  )
  return { ok: true, targets }
}

type Checked = Reading & {
  /** Undefined if the schema rejects it. */
  readonly config: Config | undefined
  readonly mistakes: readonly Flaw[]
}

function checkReading(reading: Reading, path: string, inputs: TargetSettings): Checked {
  const { document, value } = reading
  const parsed = createConfigSchema().safeParse(value, { jitless: true })
  const found = [
    ...(parsed.error?.issues ?? []).flatMap((issue) => describeIssue(issue, value)),
    ...findConflicts(value, inputs.path),
    ...findIndexConflicts(value, path, inputs),
  ]
  const mistakes = found.map(({ path: keys, text, isAboutKey = false }) => ({
    offset: offsetOf(document, keys, isAboutKey),
    text,
  }))
  return { ...reading, config: parsed.data, mistakes }
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
  const placeOf = ({ location }: Mistake) => [location?.line ?? 0, location?.column ?? 0] as const
  return mistakes.toSorted((a, b) => {
    const [[lineA, columnA], [lineB, columnB]] = [placeOf(a), placeOf(b)]
    return lineA - lineB || columnA - columnB
  })
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

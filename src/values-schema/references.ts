import {
  childrenOf,
  findAddresses,
  inPlaceOf,
  isJson,
  placeAt,
  resolveReference,
  rootUri,
  type Json,
  type Place,
} from './addresses.ts'
import { patternFlaw } from './patterns.ts'
import { formatPointer } from './values.ts'

/** A problem of a schema at a JSON pointer in it. */
export type SchemaProblem = {
  readonly pointer: string
  readonly kind: 'remote' | 'unresolved' | 'endless' | 'pattern'
  readonly text: string
}

/**
 * Finds references that lead nowhere or around in a circle, and invalid patterns.
 *
 * @param isEarly nothing beside a `$ref` counts.
 */
export function findReferenceProblems(root: unknown, isEarly: boolean): SchemaProblem[] {
  const problems = new Map<string, SchemaProblem>()
  const addresses = findAddresses(root)
  const done = new Set<string>()
  const open: Place[] = [placeAt(root, [], rootUri)]
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    visitInPlace(place, new Set())
  }
  return [...problems.values()]

  /** Visits everything that applies to the same value; a circle of it has no end. */
  function visitInPlace(place: Place, above: ReadonlySet<string>): void {
    const pointer = formatPointer(place.path)
    if (!isJson(place.schema) || done.has(pointer)) return
    const around = new Set(above).add(pointer)
    checkPatterns(place.schema, pointer)
    for (const { from, next } of followAll(place)) {
      const target = formatPointer(next.path)
      if (around.has(target)) report(from, 'endless', target)
      else visitInPlace(next, around)
    }
    done.add(pointer)
    if (!isEarly || place.schema.$ref === undefined) open.push(...childrenOf(place))
  }

  function followAll(place: Place): { from: string; next: Place }[] {
    const { schema, path, base } = place
    const reference = isJson(schema) ? schema.$ref : undefined
    const isAlone = isEarly && typeof reference === 'string'
    const direct = isAlone ? [] : inPlaceOf(place)
    const steps = direct.map((next) => ({ from: formatPointer(next.path), next }))
    if (typeof reference !== 'string') return steps
    const from = formatPointer([...path, '$ref'])
    const resolution = resolveReference(addresses, reference, base)
    if (resolution.kind === 'found') return [...steps, { from, next: resolution.place }]
    if (resolution.kind !== 'metaschema') report(from, resolution.kind, reference)
    return steps
  }

  function checkPatterns(schema: Json, pointer: string): void {
    const { pattern, patternProperties } = schema
    const patterns = isJson(patternProperties) ? Object.keys(patternProperties) : []
    if (typeof pattern === 'string') checkPattern(pattern, `${pointer}/pattern`)
    for (const key of patterns) {
      checkPattern(key, `${pointer}${formatPointer(['patternProperties', key])}`)
    }
  }

  function checkPattern(pattern: string, pointer: string): void {
    const flaw = patternFlaw(pattern)
    if (flaw !== undefined) report(pointer, 'pattern', flaw)
  }

  function report(pointer: string, kind: SchemaProblem['kind'], text: string): void {
    problems.set(`${pointer} ${kind}`, { pointer, kind, text })
  }
}

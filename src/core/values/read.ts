import { parseValues, type ParsedFile } from './document.ts'
import { heldByComment } from './hold.ts'
import { ownedKeys, type OwnedKey } from './owned.ts'
import { readingOf, type Reading, type Readings } from './reading.ts'

/** What a values file is and says. It keeps no syntax tree, so that thousands fit in memory. */
export type ValuesFile =
  | { readonly kind: 'unparseable'; readonly problem: string }
  /** YAML, but not of a shape that can be edited. */
  | { readonly kind: 'wrong-shape'; readonly problem: string }
  | {
      readonly kind: 'values'
      readonly text: string
      /** Whether a person asked that the file be left alone. */
      readonly held: boolean
      /** Text of each owned value that the file has; null counts as absent. */
      readonly owned: Partial<Readonly<Record<OwnedKey, string>>>
      /** What the readers of YAML make of these values. */
      readonly readings: Readings
    }

/** Reads a values file; never throws. */
export function readValues(text: string): ValuesFile {
  const result = parseValues(text)
  if (result.kind !== 'parsed') return result
  const readings = readingsOf(result.parsed)
  if (typeof readings === 'string') return { kind: 'wrong-shape', problem: readings }
  const owned: Partial<Record<OwnedKey, string>> = {}
  for (const key of ownedKeys) {
    const reading = readings[key]
    if (reading !== undefined && reading.kind !== 'null') owned[key] = reading.text
  }
  return { kind: 'values', text, held: heldByComment(text), owned, readings }
}

/** Reads the owned values of a parsed file; text says which of them is no scalar. */
export function readingsOf(parsed: ParsedFile): Readings | string {
  const readings: Partial<Record<OwnedKey, Reading>> = {}
  for (const key of ownedKeys) {
    const entry = parsed.owned[key]
    if (entry === undefined) continue
    const reading = readingOf(parsed.doc, entry.value)
    if (reading === undefined) return `global.${key} is a map or a list, not a single value`
    readings[key] = reading
  }
  return readings
}

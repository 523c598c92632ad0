import { addEntries } from './add.ts'
import { parseValues, type ParsedFile } from './parse.ts'
import { applyEdits, CannotEdit, type Edit } from './edit.ts'
import type { OwnedKey, OwnedValues } from './owned.ts'
import { outdatedKeys } from './interpret.ts'
import { readingsOf, type ValuesFile } from './file.ts'
import { replaceValue, sourceOf } from './replace.ts'
import { restOf } from './rest.ts'

export type Update =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'updated'; readonly text: string }
  /** The file can't be edited without a doubt; it must be left alone. */
  | { readonly kind: 'refused'; readonly problem: string }

/**
 * Makes the owned values what they should be and changes no other byte. The file is parsed again only
 * if something changes. Never throws.
 */
export function updateValues(values: ValuesFile, owned: OwnedValues): Update {
  if (values.kind !== 'values') return { kind: 'refused', problem: values.problem }
  if (outdatedKeys(values.readings, owned).length === 0) return { kind: 'unchanged' }
  try {
    return rewrite(values.text, owned)
  } catch (error) {
    const problem = error instanceof CannotEdit ? error.message : 'it is nested too deeply'
    return { kind: 'refused', problem }
  }
}

/** Values first, then missing keys; a third round when an alias followed a value that changed. */
const maxRounds = 4

function rewrite(original: string, owned: OwnedValues): Update {
  checkTimestamp(owned.timestamp)
  checkLineBreaks(original)
  const before = parseOrRefuse(original)
  let current = before
  for (let round = 0; round < maxRounds; round += 1) {
    const outdated = outdatedKeys(readOrRefuse(current), owned)
    if (outdated.length === 0) return verified(before, current)
    const text = applyEdits(current.text, editsFor(current, owned, outdated))
    current = parseOrRefuse(text)
  }
  throw new CannotEdit('its values depend on each other')
}

function editsFor(parsed: ParsedFile, owned: OwnedValues, outdated: readonly OwnedKey[]): Edit[] {
  const edits = outdated.flatMap((key) => {
    const entry = parsed.owned[key]
    return entry ? replaceValue(parsed.text, `global.${key}`, entry, owned[key]) : []
  })
  if (edits.length > 0) return edits
  return addEntries(
    parsed,
    outdated.map((key) => `${key}: ${sourceOf(owned[key])}`),
  )
}

/** Compares what must not have changed; what should have changed was just read back. */
function verified(before: ParsedFile, after: ParsedFile): Update {
  if (restOf(before) !== restOf(after)) throw new CannotEdit('other values would change')
  return { kind: 'updated', text: after.text }
}

function parseOrRefuse(text: string): ParsedFile {
  const result = parseValues(text)
  if (result.kind === 'parsed') return result.parsed
  throw new CannotEdit(result.problem)
}

function readOrRefuse(parsed: ParsedFile) {
  const readings = readingsOf(parsed)
  if (typeof readings === 'string') throw new CannotEdit(readings)
  return readings
}

function checkTimestamp(timestamp: number): void {
  if (Number.isSafeInteger(timestamp) && timestamp >= 0) return
  throw new CannotEdit(`the timestamp ${timestamp} is no date`)
}

/** YAML 1.1 ends a line at these, or fails, and YAML 1.2 does not: the two see different files. */
function checkLineBreaks(text: string): void {
  const found = /[\x85\u2028\u2029]|\r(?!\n)|(?<=\n[ \t]*)\uFEFF/.exec(text)
  if (!found) return
  const line = text.slice(0, found.index).split('\n').length
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  throw new CannotEdit(`line ${line} holds U+${code}, on which readers of YAML do not agree`)
}

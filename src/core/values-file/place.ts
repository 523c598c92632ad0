import { isScalar } from 'yaml'
import { addEntries } from './add.ts'
import { EditError, type Edit } from './edit.ts'
import { lastToken } from './layout.ts'
import { ownedKeys, type OwnedKey, type OwnedValues } from './owned.ts'
import type { ParsedEntry, ParsedFile } from './parse.ts'
import { ambiguousCharacter } from './position.ts'
import { formatValue } from './quote.ts'
import { replaceValue } from './replace.ts'

/**
 * Edits that set owned values in a file of which `canPlaceOwnedValues` is true.
 *
 * @param outdated the owned keys that are missing or have another value.
 */
export function placeOwnedValues(
  file: ParsedFile,
  owned: OwnedValues,
  outdated: readonly OwnedKey[],
): Edit[] {
  const missing = outdated.filter((key) => file.owned[key] === undefined)
  const replaced = outdated.flatMap((key) => {
    const entry = file.owned[key]
    return entry === undefined ? [] : replaceValue(file.text, `global.${key}`, entry, owned[key])
  })
  if (missing.length === 0) return replaced
  const lines = missing.map((key) => `${key}: ${formatValue(owned[key])}`)
  return [...replaced, ...addEntries(file, lines)]
}

/**
 * Whether the owned values of a file can be set without reading the result: none of them is shared
 * with another place in the file, each edit is on lines of its own, and what is added goes between
 * two lines of a block map.
 */
export function canPlaceOwnedValues(file: ParsedFile): boolean {
  const { text, root, global, globalEntry, owned, merged } = file
  const parent = globalEntry === undefined ? root : global
  return (
    !ambiguousCharacter.test(text) &&
    parent?.token.type === 'block-map' &&
    merged.size === 0 &&
    ownedKeys.every((key) => isSingleLine(owned[key])) &&
    canAddEntries(file)
  )
}

/** Whether an owned value is a scalar on one line, which nothing else in the file refers to. */
function isSingleLine(entry: ParsedEntry | undefined): boolean {
  if (entry === undefined) return true
  const { value, token } = entry
  if (!isScalar(value)) return false
  const source = token.value !== undefined && 'source' in token.value ? token.value.source : ''
  return (
    value.anchor === undefined &&
    value.tag === undefined &&
    token.value?.type !== 'block-scalar' &&
    source !== '' &&
    !source.includes('\n')
  )
}

function canAddEntries(file: ParsedFile): boolean {
  try {
    addEntries(file, [])
    // What follows the last line of a block of text is a part of it.
    return file.global === undefined || lastToken(file.global.token).type !== 'block-scalar'
  } catch (error) {
    if (error instanceof EditError) return false
    throw error
  }
}

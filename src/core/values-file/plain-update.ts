import {
  appendLines,
  applyEdits,
  insertLinesAfter,
  insertLinesBefore,
  insertValue,
  type Edit,
} from './edit.ts'
import { interpretPlainValues } from './file.ts'
import { findOutdatedKeys } from './interpret.ts'
import type { OwnedKey, OwnedValues } from './owned.ts'
import { readPlainLines, type PlainFile, type PlainGlobal } from './plain-lines.ts'
import { scalarAt } from './plain-values.ts'
import { formatValue } from './quote.ts'

/**
 * Sets the owned values of a file that `readPlainLines` reads, with the same result as the parser's
 * way; undefined for any other file. Only the lines of `global` change, so only they are read again.
 */
export function updatePlainLines(text: string, owned: OwnedValues): string | undefined {
  const file = readPlainLines(text)
  if (file === undefined) return undefined
  const { global } = file
  const outdated = findOutdatedKeys(interpretPlainValues(text, file), owned)
  const missing = outdated.filter((key) => global?.owned[key] === undefined)
  const edits = global === undefined ? [] : replaceValues(text, global, owned, outdated)
  if (missing.length > 0) {
    const added = addEntries(
      text,
      file,
      missing.map((key) => `${key}: ${formatValue(owned[key])}`),
    )
    if (added === undefined) return undefined
    edits.push(added)
  }
  const after = applyEdits(text, edits)
  const start = global?.start ?? edits[0]?.at
  const end = after.length - text.length + (global?.end ?? start ?? 0)
  return isUpToDate(after.slice(start, end), owned) ? after : undefined
}

function replaceValues(
  text: string,
  global: PlainGlobal,
  owned: OwnedValues,
  keys: readonly OwnedKey[],
): Edit[] {
  return keys.flatMap((key) => {
    const value = global.owned[key]
    if (value === undefined) return []
    const { kind, start, end } = value
    if (kind === 'empty') return insertValue(text, end, formatValue(owned[key]))
    const { style } = scalarAt(text, value)
    return { at: start, remove: end - start, insert: formatValue(owned[key], style) }
  })
}

/** Returns undefined if `global` ends with a block, whose end depends on its blank lines. */
function addEntries(
  text: string,
  { global, start, indentStep }: PlainFile,
  entries: readonly string[],
): Edit | undefined {
  const indented = entries.map((entry) => ' '.repeat(indentStep) + entry)
  if (global === undefined) return insertLinesBefore(text, start, ['global:', ...indented])
  if (global.last.kind === 'block') return undefined
  return global.column === undefined
    ? insertLinesAfter(text, global.last.end, indented)
    : appendLines(text, global.last.end, global.column, entries)
}

function isUpToDate(text: string, owned: OwnedValues): boolean {
  const file = readPlainLines(text)
  return (
    file !== undefined && findOutdatedKeys(interpretPlainValues(text, file), owned).length === 0
  )
}

import {
  appendLines,
  applyEdits,
  insertLinesAfter,
  insertLinesBefore,
  insertValue,
  startWithComments,
  type Edit,
} from './edit.ts'
import { interpretPlainValues } from './file.ts'
import { findOutdatedKeys } from './interpret.ts'
import type { OwnedKey, OwnedValues } from './owned.ts'
import { readPlainLines, type PlainFile } from './plain-lines.ts'
import { scalarAt } from './plain-values.ts'
import { formatValue } from './quote.ts'

/**
 * Sets the owned values of a file that `readPlainLines` reads, as `updateParsedText` does; undefined
 * for any other file. What precedes and follows `global` is the same afterwards, so only `global` is
 * read again.
 */
export function updatePlainLines(text: string, owned: OwnedValues): string | undefined {
  const file = readPlainLines(text)
  if (file === undefined) return undefined
  const outdated = findOutdatedKeys(interpretPlainValues(text, file), owned)
  const added = addEntries(text, file, owned, outdated)
  if (added === undefined) return undefined
  const after = applyEdits(text, [...replaceValues(text, file, owned, outdated), ...added])
  const start = file.global?.start ?? startWithComments(text, file.start)
  const following = text.length - (file.global?.end ?? start)
  return isUpToDate(after.slice(start, after.length - following), owned) ? after : undefined
}

function replaceValues(
  text: string,
  { global }: PlainFile,
  owned: OwnedValues,
  outdated: readonly OwnedKey[],
): Edit[] {
  return outdated.flatMap((key) => {
    const value = global?.owned[key]
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
  owned: OwnedValues,
  outdated: readonly OwnedKey[],
): Edit[] | undefined {
  const missing = outdated.filter((key) => global?.owned[key] === undefined)
  if (missing.length === 0) return []
  const entries = missing.map((key) => `${key}: ${formatValue(owned[key])}`)
  const indented = entries.map((entry) => ' '.repeat(indentStep) + entry)
  if (global === undefined) return [insertLinesBefore(text, start, ['global:', ...indented])]
  if (global.last.kind === 'block') return undefined
  return global.column === undefined
    ? [insertLinesAfter(text, global.last.end, indented)]
    : [appendLines(text, global.last.end, global.column, entries)]
}

function isUpToDate(text: string, owned: OwnedValues): boolean {
  const file = readPlainLines(text)
  return (
    file !== undefined && findOutdatedKeys(interpretPlainValues(text, file), owned).length === 0
  )
}

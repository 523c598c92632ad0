import { prose } from '../text/prose.ts'
import { addEntries } from './add.ts'
import { applyEdits, EditError, type Edit } from './edit.ts'
import { interpretOwnedValues, type ValuesFile } from './file.ts'
import { findOutdatedKeys } from './interpret.ts'
import { isTimestamp, type OwnedKey, type OwnedValues } from './owned.ts'
import type { Flaw } from './flaw.ts'
import { parseValues, tooDeep, type ParsedFile } from './parse.ts'
import { updatePlainLines } from './plain-update.ts'
import { formatValue } from './quote.ts'
import { replaceValue } from './replace.ts'
import { ambiguousCharacter, lineNumberAt } from './position.ts'
import { serializeUnownedContent } from './rest.ts'

export type Update =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'updated'; readonly text: string }
  /** The file cannot be edited safely and must be left alone. */
  | (Flaw & { readonly kind: 'rejected' })

/** Sets the owned values and leaves every other byte unchanged. Never throws. */
export function updateValues(values: ValuesFile, owned: OwnedValues): Update {
  if (values.kind !== 'values') {
    return { kind: 'rejected', problem: values.problem, line: values.line }
  }
  if (findOutdatedKeys(values.interpretations, owned).length === 0) return { kind: 'unchanged' }
  if (!isTimestamp(owned.timestamp)) {
    const problem = prose`the timestamp ${owned.timestamp} is not a date`
    return { kind: 'rejected', problem, line: undefined }
  }
  const text = updatePlainLines(values.text, owned)
  return text === undefined ? updateParsedText(values.text, owned) : { kind: 'updated', text }
}

/** Updates any text, with the parser of npm yaml. */
export function updateParsedText(text: string, owned: OwnedValues): Update {
  try {
    return applyUpdate(text, owned)
  } catch (error) {
    const flaw = error instanceof EditError ? error.flaw : { problem: tooDeep, line: undefined }
    return { kind: 'rejected', ...flaw }
  }
}

/**
 * The first pass replaces values, the second adds missing keys, and a third is needed if an alias
 * pointed to a value that changed.
 */
const maxPasses = 4

function applyUpdate(original: string, owned: OwnedValues): Update {
  checkLineBreaks(original)
  const before = parseOrThrow(original)
  try {
    return editOwnedValues(before, owned)
  } catch (error) {
    if (!(error instanceof EditError) || error.flaw.line !== undefined) throw error
    const at = before.globalEntry?.token.key?.offset
    throw new EditError(
      error.flaw.problem,
      at === undefined ? undefined : lineNumberAt(original, at),
    )
  }
}

function editOwnedValues(before: ParsedFile, owned: OwnedValues): Update {
  let current = before
  for (let pass = 0; pass < maxPasses; pass += 1) {
    const outdated = findOutdatedKeys(interpretOrThrow(current), owned)
    if (outdated.length === 0) return verifyUpdate(before, current)
    const text = applyEdits(current.text, createEdits(current, owned, outdated))
    current = parseOrThrow(text)
  }
  throw new EditError(prose`its values depend on each other`)
}

function createEdits(
  parsed: ParsedFile,
  owned: OwnedValues,
  outdated: readonly OwnedKey[],
): Edit[] {
  const edits = outdated.flatMap((key) => {
    const entry = parsed.owned[key]
    return entry ? replaceValue(parsed.text, `global.${key}`, entry, owned[key]) : []
  })
  if (edits.length > 0) return edits
  return addEntries(
    parsed,
    outdated.map((key) => `${key}: ${formatValue(owned[key])}`),
  )
}

/** Checks that nothing else changed; the caller has already read the new values back. */
function verifyUpdate(before: ParsedFile, after: ParsedFile): Update {
  if (serializeUnownedContent(before) !== serializeUnownedContent(after))
    throw new EditError(prose`other values would change`)
  return { kind: 'updated', text: after.text }
}

function parseOrThrow(text: string): ParsedFile {
  const result = parseValues(text)
  if (result.kind === 'parsed') return result.parsed
  throw new EditError(result.problem, result.line)
}

function interpretOrThrow(parsed: ParsedFile) {
  const interpretations = interpretOwnedValues(parsed)
  if ('problem' in interpretations) {
    throw new EditError(interpretations.problem, interpretations.line)
  }
  return interpretations
}

/** Rejects characters with which YAML readers would read different values. */
function checkLineBreaks(text: string): void {
  const found = ambiguousCharacter.exec(text)
  if (!found) return
  const line = lineNumberAt(text, found.index)
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  throw new EditError(
    prose`it contains the character \`U+${code}\`, which YAML readers interpret differently`,
    line,
  )
}

import { prose } from '../text/prose.ts'
import type { Located } from './flaw.ts'
import { findFlowEnd } from './flow.ts'
import { findLexemes, type Lexeme } from './lexemes.ts'
import { ambiguousCharacter } from './position.ts'

/** What is known about a text that may be damaged. */
export type Suspect = {
  readonly text: string
  /** The first bytes that no text has. */
  readonly invalidBytes: Located | undefined
  readonly isValidYaml: boolean
  /** Offset of npm yaml's first error; undefined if there is none, or if it has no certain place. */
  readonly errorOffset: number | undefined
}

/**
 * The damage for which every YAML reader rejects a text: bytes that are not text, a NUL character,
 * merge-conflict markers, a collection or a quoted string that is still open at the end of the file.
 * npm yaml is stricter than other readers, so its errors alone prove nothing. In doubt, a text is
 * not damaged.
 */
export function findDamage(suspect: Suspect): Located | undefined {
  const { text, invalidBytes, isValidYaml } = suspect
  if (invalidBytes === undefined && isValidYaml) return undefined
  const document = findOnlyDocument(text)
  if (document === undefined) return undefined
  if (invalidBytes === undefined) return findBroken(suspect, document)
  // Otherwise the document might end before the invalid bytes.
  const isSeen =
    rootOf(document) === 'block-in-first-column' || (isValidYaml && !ambiguousCharacter.test(text))
  return isSeen && invalidBytes.at < document.end ? invalidBytes : undefined
}

/** The first NUL character, which YAML readers reject wherever they meet it. */
export function findNul(text: string): Located | undefined {
  const at = text.indexOf('\0')
  return at < 0 ? undefined : { at, problem: prose`a NUL character` }
}

/** The first character that is not part of a comment or a directive, and the space before it. */
const firstContent = /^\uFEFF?([ \t]*)([^ \t\r\n#%\uFEFF])/m

const marker = /^\uFEFF?(---|\.\.\.)(?=[ \t\r\n]|$)/gm

type Part = { readonly source: string; readonly end: number }

/**
 * The document of a text, without the markers around it; undefined if there may be others. Helm only
 * reads the first one, so whatever is in the others does not matter to it.
 */
function findOnlyDocument(text: string): Part | undefined {
  const [first, second] = text.matchAll(marker)
  const isStart = first?.[1] === '---' && !firstContent.test(text.slice(0, first.index))
  const start = isStart ? first.index + first[0].length : 0
  const end = (isStart ? second : first)?.index ?? text.length
  if (firstContent.test(text.slice(end).replace(marker, ''))) return undefined
  return { source: text.slice(start, end), end }
}

/**
 * What a document consists of. Helm never sees what follows the end of the document, and only markers
 * end a block map or a list in column 0.
 */
type Root = 'block-in-first-column' | 'indented-block' | 'other'

function rootOf({ source }: Part): Root {
  const [, indent, character = ''] = firstContent.exec(source) ?? []
  if ('[{&!|>'.includes(character)) return 'other'
  return indent === '' ? 'block-in-first-column' : 'indented-block'
}

/**
 * Up to its first error, npm yaml is right about where strings and collections begin. So if that
 * error is at a conflict marker or after an opening mark, the rest is followed from there.
 */
function findBroken({ text, errorOffset }: Suspect, document: Part): Located | undefined {
  if (errorOffset === undefined || ambiguousCharacter.test(text)) return undefined
  const suspect = findSuspect(text, errorOffset, rootOf(document))
  if (suspect === undefined || suspect.offset >= document.end) return undefined
  return suspect.kind === 'scalar'
    ? { at: suspect.offset, problem: conflictProblem }
    : followFrom(text, suspect.offset)
}

/**
 * The scalar that is a conflict marker at the first error, or the last quote or outermost bracket
 * before it. An error right where one of them begins may mean that the document has already ended,
 * and so may a second collection or string after one that is not in a block.
 */
function findSuspect(text: string, errorOffset: number, root: Root): Lexeme | undefined {
  const isEndless = root === 'block-in-first-column'
  let depth = 0
  let opening: Lexeme | undefined
  for (const lexeme of findLexemes(text)) {
    const { offset, source, kind } = lexeme
    if (kind === 'flow-error' || offset > errorOffset) break
    if (kind === 'scalar') {
      const isSuspect = isEndless && depth === 0 && errorOffset <= offset + source.length
      if (isSuspect && isConflictMarker(text, lexeme)) return lexeme
    } else if (offset < errorOffset || isEndless) {
      // Some readers take what directly follows a tag as a part of it.
      const isOpening = depth === 0 && /^["'[{]/.test(source)
      if (isOpening && root === 'other' && opening !== undefined) return undefined
      if (isOpening) opening = isSeparate(text, offset) ? lexeme : undefined
      if (source === '[' || source === '{') depth += 1
      if (source === ']' || source === '}') depth -= 1
    }
  }
  return opening
}

function isSeparate(text: string, offset: number): boolean {
  return offset === 0 || /[ \t\n\uFEFF]/.test(text[offset - 1] ?? '')
}

const conflictProblem = prose`merge-conflict markers`

function isConflictMarker(text: string, { offset, source }: Lexeme): boolean {
  const isAtLineStart = offset === 0 || /[\n\uFEFF]/.test(text[offset - 1] ?? '')
  const isMarker = /^(?:<{7}|\|{7}|={7})(?=[ \t\r\n])/.test(source)
  return isAtLineStart && isMarker && hasConflictMarkers(text)
}

function hasConflictMarkers(text: string): boolean {
  return /^<{7}[ \t\r\n]/m.test(text) && /^>{7}(?=[ \t\r\n]|$)/m.test(text)
}

function followFrom(text: string, opening: number): Located | undefined {
  const end = findFlowEnd(text, opening)
  if (end.kind === 'conflict' && hasConflictMarkers(text)) {
    return { at: end.at, problem: conflictProblem }
  }
  if (end.kind !== 'open') return undefined
  return { at: end.at, problem: prose`the \`${text[end.at] ?? ''}\` is never closed` }
}

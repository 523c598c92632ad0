import { own, prose, type Prose } from '../text/prose.ts'
import { findLexemes } from './lexemes.ts'
import { ambiguousCharacter, lineNumberAt } from './position.ts'

/** The comment that freezes a file. */
export type Hold = {
  /** Counted from 1. */
  readonly line: number
  /** What a person wrote after it, such as `until the load test is over`. */
  readonly reason: string | undefined
}

/** As people write it. */
export const holdComment = '# mlflow-sync: hold'

/** A line that holds a file if it is a comment; the text after `hold` is the reason. */
const holdLine =
  /^([ \t\uFEFF]*)#[^\S\r\n]*mlflow-sync[^\S\r\n]*:[^\S\r\n]*hold(?![\p{L}\p{N}_]|-[\p{L}\p{N}])(.*)/gimu

/** Whether a line of the text would hold a file if it were a comment. */
export function looksLikeHold(text: string): boolean {
  return text.search(holdLine) >= 0
}

/**
 * The comment that puts a file on hold, on a line of its own. Every line that looks like it counts
 * if the text is not valid YAML, or if readers disagree on where its lines end.
 */
export function findHold(text: string, isValidYaml: boolean): Hold | undefined {
  const [first, ...others] = text.matchAll(holdLine)
  if (first === undefined) return undefined
  if (ambiguousCharacter.test(text) || !isValidYaml) return toHold(text, first)
  const byOffset = new Map(
    [first, ...others].map((match) => [match.index + (match[1]?.length ?? 0), match]),
  )
  for (const { offset, kind } of findLexemes(text)) {
    const match = byOffset.get(offset)
    if (match !== undefined && kind === 'other') return toHold(text, match)
  }
  return undefined
}

const holdLineHere = new RegExp(holdLine.source, 'imuy')

/** The hold in the comment line that begins at an offset. */
export function holdAt(text: string, lineStart: number): Hold | undefined {
  holdLineHere.lastIndex = lineStart
  const match = holdLineHere.exec(text)
  return match === null ? undefined : toHold(text, match)
}

function toHold(text: string, match: RegExpExecArray): Hold {
  const reason = trimReason(match[2] ?? '')
  const line = lineNumberAt(text, match.index)
  return { line, reason: reason === '' ? undefined : reason }
}

/** A person's text, which nothing limits. */
const maxReasonLength = 200

/** The reason without the punctuation that divides it from `hold`. */
function trimReason(text: string): string {
  const trimmed = text.trim().replace(/^[\s:;,.\u2013\u2014-]+/, '')
  const reason = /^\([^()]*\)$/.test(trimmed) ? trimmed.slice(1, -1).trim() : trimmed
  const characters = Array.from(reason.slice(0, 2 * maxReasonLength + 2))
  return characters.length <= maxReasonLength
    ? reason
    : `${characters.slice(0, maxReasonLength - 1).join('')}…`
}

/** Why a file on hold is not changed, with the person's reason. */
export function describeHold({ reason }: Hold): Prose {
  const comment = prose`the file has the comment \`${own(holdComment)}\``
  return reason === undefined ? comment : prose`${comment}: ${reason}`
}

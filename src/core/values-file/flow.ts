import { endOfMatch } from './position.ts'

/** How a flow collection or a quoted string goes on after its opening mark. */
export type FlowEnd =
  | { readonly kind: 'closed' }
  /** Still open at the end of the file; `at` is the mark that is not closed. */
  | { readonly kind: 'open'; readonly at: number }
  /** A merge-conflict marker where no value may begin. */
  | { readonly kind: 'conflict'; readonly at: number }
  /** YAML readers may split the text differently. */
  | { readonly kind: 'unclear' }

type State = {
  readonly at: number
  readonly depth: number
  /** Within a plain scalar, where quotes and most indicators are ordinary characters. */
  readonly inPlain: boolean
  /** What precedes `at`. */
  readonly after: 'space' | 'closing' | 'other'
}

/**
 * Follows a flow collection or a quoted string from its opening mark as the most lenient readers do:
 * indentation does not matter, and neither does the order of values and commas.
 */
export function findFlowEnd(text: string, start: number): FlowEnd {
  let state: State = { at: start, depth: 0, inPlain: false, after: 'space' }
  while (state.at < text.length) {
    const next = skipToken(text, state)
    if ('kind' in next) return next
    state = next
  }
  return { kind: 'open', at: start }
}

const space = /[ \t\r\n]+/y
const comment = /#.*/y
/** Text in which no character can end a plain scalar or begin anything else. */
const plainText = /[^ \t\r\n,[\]{}:?#]+/y
/** An anchor, an alias or a tag, if all readers agree on its end. */
const property = /[&*][\w-]+(?=[ \t\r\n,\]}]|$)|![\w!./-]*(?=[ \t\r\n]|$)/y
/** `:`, `?` or `-` that all readers see as an indicator. */
const indicator = /:(?=[ \t\r\n,[\]{}]|$)|[?-](?=[ \t\r\n]|$)/y
const conflictEnd = />{7}(?=[ \t\r\n]|$)/y

function skipToken(text: string, state: State): State | FlowEnd {
  const { at, inPlain } = state
  const character = text[at] ?? ''
  const spaceEnd = endOfMatch(space, text, at)
  if (spaceEnd !== undefined) return { ...state, at: spaceEnd, after: 'space' }
  if (character === '#') return skipHash(text, state)
  if (/[,[\]{}]/.test(character)) return skipFlowIndicator(character, state)
  return inPlain ? skipPlain(text, state) : beginToken(text, character, state)
}

function skipHash(text: string, state: State): State | FlowEnd {
  const { at, inPlain, after } = state
  if (after === 'space') {
    return { ...state, at: endOfMatch(comment, text, at) ?? at + 1, inPlain: false, after: 'other' }
  }
  // Some readers see a comment right after a token, others do not.
  return inPlain ? { ...state, at: at + 1, after: 'other' } : { kind: 'unclear' }
}

function skipFlowIndicator(character: string, { at, depth }: State): State | FlowEnd {
  const next = { at: at + 1, inPlain: false }
  if (character === ',') return { ...next, depth, after: 'other' }
  if (character === '[' || character === '{') return { ...next, depth: depth + 1, after: 'other' }
  return depth === 1 ? { kind: 'closed' } : { ...next, depth: depth - 1, after: 'closing' }
}

function skipPlain(text: string, state: State): State | FlowEnd {
  const { at } = state
  const character = text[at] ?? ''
  const indicatorEnd = character === ':' ? endOfMatch(indicator, text, at) : undefined
  if (indicatorEnd !== undefined) {
    return { ...state, at: indicatorEnd, inPlain: false, after: 'other' }
  }
  // Readers disagree on `a:"b` and `a?"b`.
  if (/[:?]/.test(character) && !/[\w/:.=-]/.test(text[at + 1] ?? '')) return { kind: 'unclear' }
  return { ...state, at: endOfMatch(plainText, text, at) ?? at + 1, after: 'other' }
}

function beginToken(text: string, character: string, state: State): State | FlowEnd {
  const { at, depth, after } = state
  if (character === '"' || character === "'") {
    const end = quoteEnd(text, at)
    if (end === undefined) return { kind: 'open', at }
    return depth === 0 ? { kind: 'closed' } : { ...state, at: end, after: 'closing' }
  }
  if (text[at - 1] === '\n' && endOfMatch(conflictEnd, text, at) !== undefined) {
    return { kind: 'conflict', at }
  }
  const isSeparator = character === ':' && after === 'closing'
  const end = isSeparator
    ? at + 1
    : (endOfMatch(indicator, text, at) ?? endOfMatch(property, text, at))
  if (end !== undefined) return { ...state, at: end, after: 'other' }
  if (/[&*!:?]/.test(character)) return { kind: 'unclear' }
  return { ...state, at: endOfMatch(plainText, text, at) ?? at + 1, inPlain: true, after: 'other' }
}

/** The end of the quoted string that begins at an offset; undefined if it is never closed. */
function quoteEnd(text: string, start: number): number | undefined {
  const quote = text[start]
  const stop = quote === '"' ? /["\\]/g : /''?/g
  stop.lastIndex = start + 1
  for (let found = stop.exec(text); found !== null; found = stop.exec(text)) {
    if (found[0] === quote) return stop.lastIndex
    // An escaped character, which may be a quote.
    if (found[0] === '\\') stop.lastIndex += 1
  }
  return undefined
}

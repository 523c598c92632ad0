import { createFlagScopes, type FlagScopes } from './pattern-flags.ts'
import { perlSpace, posixClasses, propertyOf, writeRanges } from './pattern-classes.ts'
import { createRepeatCounter, repeat } from './pattern-repeats.ts'

/** What others have in their regular expressions, and Go does not. */
const unsupported: readonly (readonly [RegExp, string])[] = [
  [/^\(\?<[=!]/, 'lookbehind'],
  [/^\(\?[=!]/, 'lookahead'],
  [/^\\[1-9]$/, 'backreferences'],
]

/** Tokens of Go's regular expressions (package regexp/syntax). */
const tokens = new RegExp(
  [
    String.raw`\\Q(?<literal>[^]*?)(?:\\E|$)`,
    String.raw`\\(?<property>[pP])(?:\{(?<not>\^?)(?<long>[^}]*)\}|(?<short>[^]))`,
    String.raw`\\x(?:\{(?<digits>[\dA-Fa-f]+)\}|(?<two>[\dA-Fa-f]{2}))`,
    String.raw`\\(?<octal>0[0-7]{0,2}|[1-7][0-7]{1,2})`,
    String.raw`\\(?<escaped>[^])`,
    String.raw`\[:(?<negated>\^?)(?<posix>\w+):\]`,
    String.raw`\(\?P?<(?<group>\w+)>`,
    String.raw`\(\?(?:<?[=!]|[imsU]*(?:-[imsU]+)?[:)])`,
    repeat.source,
    '[^]',
  ].join('|'),
  'gu',
)

/** Escapes that are not of a character by its number: JavaScript has the same ones, but for a few. */
const letters = { outside: /[aAbBdDfnrsStvwWz]/, inside: /[adDfnrsStvwW]/ }

/**
 * Compiles a pattern of a schema. Helm's patterns are Go's, so what JavaScript calls differently is
 * translated, and what only JavaScript has is an error.
 *
 * @throws SyntaxError
 */
export function compilePattern(pattern: string): RegExp {
  const scopes = createFlagScopes()
  const countRepeats = createRepeatCounter()
  let place: Place = 'outside'
  let translated = ''
  let isAfterClass = false
  for (const match of pattern.matchAll(tokens)) {
    const [token] = match
    const rest = pattern.slice(match.index + token.length)
    const next = placeAfter(token, place, pattern[match.index - 1])
    if (place === 'outside') countRepeats(token)
    if (next === 'start' || (next === 'outside' && place !== 'outside')) translated += token
    else if (place === 'outside') translated += translateOutside(match, rest, scopes)
    // After a class such as `\w`, Go reads a hyphen as itself; JavaScript expects a range.
    else translated += token === '-' && isAfterClass ? '\\-' : translateInClass(match)
    isAfterClass = /^(?:\\[pPdDsSwW]|\[:)/.test(token)
    place = next
  }
  return new RegExp(translated + scopes.end(), 'u')
}

/** Why a pattern can't be compiled; undefined if it can. */
export function patternFlaw(pattern: string): string | undefined {
  try {
    compilePattern(pattern)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}

/** Relative to the brackets of a class; at its start, a closing bracket is literal. */
type Place = 'outside' | 'start' | 'inside'

function placeAfter(token: string, place: Place, before: string | undefined): Place {
  if (place === 'outside') return token === '[' ? 'start' : 'outside'
  if (place === 'start') return token === '^' && before === '[' ? 'start' : 'inside'
  return token === ']' ? 'outside' : 'inside'
}

type Groups = Readonly<Record<string, string | undefined>>

function translateOutside(match: RegExpExecArray, rest: string, scopes: FlagScopes): string {
  const [token] = match
  const { literal, escaped, property }: Groups = match.groups ?? {}
  const name = unsupported.find(([start]) => start.test(token))?.[1]
  if (name !== undefined || (token === '(' && rest.startsWith('?'))) {
    throw new SyntaxError(
      `Helm's regular expressions have no ${name ?? `\`(${rest.slice(0, 2)}\``}`,
    )
  }
  if (literal !== undefined) return escape(literal)
  const grouped = scopes.translate(token)
  if (/^(?:[$^]|\\[AbBz])$/.test(token)) {
    // JavaScript repeats no assertion, except in a group.
    const assertion = grouped ?? assertions[token] ?? token
    return /^[*+?]/.test(rest) || repeat.exec(rest)?.index === 0 ? `(?:${assertion})` : assertion
  }
  if (grouped !== undefined) return grouped
  if (property !== undefined) return `[${translateInClass(match)}]`
  if (escaped === 's') return `[${writeRanges(perlSpace, false)}]`
  if (escaped === 'S') return `[${writeRanges(perlSpace, true)}]`
  const code = characterOf(match)
  if (code !== undefined) return code
  if (escaped !== undefined) return translateEscape(escaped, letters.outside)
  return /^[{}\]]$/.test(token) ? `\\${token}` : token
}

const assertions: Readonly<Record<string, string>> = { '\\A': '(?<![^])', '\\z': '(?![^])' }

function translateInClass(match: RegExpExecArray): string {
  const [token] = match
  const { property, not, long, short, posix, negated, literal }: Groups = match.groups ?? {}
  const escaped = literal === undefined ? match.groups?.escaped : 'Q'
  if (property !== undefined) {
    const isNegated = (property === 'P') !== (not === '^')
    return `\\${isNegated ? 'P' : 'p'}{${propertyOf(long ?? short ?? '')}}`
  }
  if (posix !== undefined) {
    const ranges = posixClasses[posix]
    if (ranges === undefined) throw new SyntaxError(`there is no class \`${token}\``)
    return writeRanges(ranges, negated === '^')
  }
  if (escaped === 's' || escaped === 'S') return writeRanges(perlSpace, escaped === 'S')
  const code = characterOf(match)
  if (code !== undefined) return code
  if (escaped === '-') return '\\-'
  if (escaped !== undefined) return translateEscape(escaped, letters.inside)
  return escape(token)
}

/** A character by its number. */
function characterOf(match: RegExpExecArray): string | undefined {
  const { digits, two, octal }: Groups = match.groups ?? {}
  if (octal !== undefined) return `\\u{${Number.parseInt(octal, 8).toString(16)}}`
  const code = digits ?? two
  return code === undefined ? undefined : `\\u{${code}}`
}

function translateEscape(character: string, allowed: RegExp): string {
  if (character === 'a') return '\\x07'
  if (allowed.test(character)) return `\\${character}`
  if (/[\dA-Za-z\u0080-\u{10FFFF}]/u.test(character)) {
    throw new SyntaxError(`Helm's regular expressions have no \`\\${character}\``)
  }
  return escape(character)
}

function escape(text: string): string {
  return text.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&')
}

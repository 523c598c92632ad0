import { createFlagScopes } from './pattern-flags.ts'

/** What Go's regular expressions do not have; Helm rejects a schema with one of these. */
const unsupported = /^(?:\(\?(?:[=!>]|<[=!])|\\[1-9](?![0-7])|\\[ZGKXRNHVheuEkgcj])/

const classes: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}

/** Tokens of Go's regular expressions that JavaScript writes differently with the flag `u`. */
const tokens =
  /\\([pP])(?:([A-Z])|\{(\^?)(\w+)\})|\\x\{([0-9A-Fa-f]+)\}|\\([^])|\[:([a-z]+):\]|\(\?(?:P<|[imsU]*(?:-[imsU]+)?[:)])|\{\d+(?:,\d*)?\}|[^]/gu

/**
 * Compiles a pattern of a schema. Helm's patterns are Go's, so what JavaScript calls differently is
 * translated, and what only JavaScript has is an error.
 *
 * @throws SyntaxError
 */
export function compilePattern(pattern: string): RegExp {
  const scopes = createFlagScopes()
  let place: Place = 'outside'
  let translated = ''
  let isAfterClass = false
  for (const match of pattern.matchAll(tokens)) {
    const rest = pattern.slice(match.index)
    if (place === 'outside' && unsupported.test(rest)) {
      throw new SyntaxError(`Helm's regular expressions have no ${nameOf(rest)}`)
    }
    const next = placeAfter(match[0], place, pattern[match.index - 1])
    const isDelimiter = next === 'start' || (next === 'outside' && place !== 'outside')
    // After a class such as `\w`, Go reads a hyphen as itself; JavaScript expects a range.
    const isHyphen = place === 'inside' && match[0] === '-' && isAfterClass
    const group = place === 'outside' ? scopes.translate(match[0]) : undefined
    translated += isHyphen
      ? '\\-'
      : isDelimiter
        ? match[0]
        : (group ?? translate(match, place !== 'outside'))
    isAfterClass = /^(?:\\[pPdDsSwW]|\[:)/.test(match[0])
    place = next
  }
  return new RegExp(translated + scopes.end(), 'u')
}

/** Relative to the brackets of a class; at its start, a closing bracket is literal. */
type Place = 'outside' | 'start' | 'inside'

function placeAfter(token: string, place: Place, before: string | undefined): Place {
  if (place === 'outside') return token === '[' ? 'start' : 'outside'
  if (place === 'start') return token === '^' && before === '[' ? 'start' : 'inside'
  return token === ']' ? 'outside' : 'inside'
}

function nameOf(rest: string): string {
  if (rest.startsWith('(?<')) return 'lookbehind'
  if (rest.startsWith('(?')) return 'lookahead'
  return /^\\[1-9]/.test(rest) ? 'backreferences' : `\`${rest.slice(0, 2)}\``
}

function translate(match: RegExpExecArray, isInClass: boolean): string {
  const [token, kind, letter, negation, property, code, escaped, name] = match
  if (kind !== undefined) {
    const category = letter ?? property ?? ''
    const isScript = category.length > 2
    const isNegated = (kind === 'P') !== (negation === '^')
    return `\\${isNegated ? 'P' : 'p'}{${isScript ? 'Script=' : ''}${category}}`
  }
  if (code !== undefined) return `\\u{${code}}`
  if (name !== undefined && isInClass) return classes[name] ?? token
  if (escaped !== undefined) return translateEscape(escaped, isInClass)
  if (token === '(?P<') return '(?<'
  if (isInClass) return token === '[' || token === ']' ? `\\${token}` : token
  return token === '{' || token === '}' || token === ']' ? `\\${token}` : token
}

function translateEscape(character: string, isInClass: boolean): string {
  if (character === 'A') return '(?<![^])'
  if (character === 'z') return '(?![^])'
  if (character === 'a') return '\\x07'
  if (/[A-Za-z0-9^$\\.*+?()[\]{}|/]/.test(character)) return `\\${character}`
  return character === '-' && isInClass ? '\\-' : character
}

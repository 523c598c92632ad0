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
  /\\p([A-Z])|\\P([A-Z])|\\x\{([0-9A-Fa-f]+)\}|\\([^])|\[:([a-z]+):\]|\(\?P<|\{\d+(?:,\d*)?\}|[^]/gu

/**
 * Compiles a pattern of a schema. Helm's patterns are Go's, so what JavaScript calls differently is
 * translated, and what only JavaScript has is an error.
 *
 * @throws SyntaxError
 */
export function compilePattern(pattern: string): RegExp {
  const [inline = '', flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? []
  const source = pattern.slice(inline.length)
  let isInClass = false
  let translated = ''
  for (const match of source.matchAll(tokens)) {
    const [token] = match
    if (!isInClass && unsupported.test(source.slice(match.index))) {
      throw new SyntaxError(
        `Helm's regular expressions have no ${nameOf(source.slice(match.index))}`,
      )
    }
    translated += translate(match, isInClass)
    if (token === '[') isInClass = true
    else if (token === ']' && isInClass && !isFirstInClass(source, match.index)) isInClass = false
  }
  return new RegExp(translated, `u${flags}`)
}

function nameOf(rest: string): string {
  if (rest.startsWith('(?<')) return 'lookbehind'
  if (rest.startsWith('(?')) return 'lookahead'
  return /^\\[1-9]/.test(rest) ? 'backreferences' : `\`${rest.slice(0, 2)}\``
}

/** A bracket right after the opening one, or after `[^`, is literal. */
function isFirstInClass(source: string, at: number): boolean {
  return /(?:^|[^\\])\[\^?$/.test(source.slice(0, at))
}

function translate(match: RegExpExecArray, isInClass: boolean): string {
  const [token, property, excluded, code, escaped, name] = match
  if (property !== undefined) return `\\p{${property}}`
  if (excluded !== undefined) return `\\P{${excluded}}`
  if (code !== undefined) return `\\u{${code}}`
  if (name !== undefined && isInClass) return classes[name] ?? token
  if (escaped !== undefined) return translateEscape(escaped, isInClass)
  if (token === '(?P<') return '(?<'
  if (isInClass) {
    const isLiteral = token === '[' || (token === ']' && isFirstInClass(match.input, match.index))
    return isLiteral ? `\\${token}` : token
  }
  return token === '{' || token === '}' || token === ']' ? `\\${token}` : token
}

function translateEscape(character: string, isInClass: boolean): string {
  if (character === 'A') return '(?<![^])'
  if (character === 'z') return '(?![^])'
  if (character === 'a') return '\\x07'
  if (/[A-Za-z0-9^$\\.*+?()[\]{}|/]/.test(character)) return `\\${character}`
  return character === '-' && isInClass ? '\\-' : character
}

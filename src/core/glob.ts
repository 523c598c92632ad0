/** Says whether a registered model's name is selected. */
export type NameMatcher = (name: string) => boolean

/**
 * Compiles the input `models`: `*` is any text (slashes and dots too), `?` one character,
 * `[a-z]` and `[!a-z]` one of a set, `\` takes the next character as it is; a leading `!`
 * excludes. The last pattern that matches a name decides; only exclusions mean "all but these".
 */
export function nameMatcher(patterns: readonly string[]): NameMatcher {
  const rules = patterns.map((pattern) => ({
    selects: !pattern.startsWith('!'),
    expression: globExpression(pattern.replace(/^!/, '')),
  }))
  const selectsByDefault = rules.every((rule) => !rule.selects)
  return (name) => rules.findLast((rule) => rule.expression.test(name))?.selects ?? selectsByDefault
}

function globExpression(glob: string): RegExp {
  const tokens = glob.match(/\\.|\*+|\?|\[[!^]?[^\]\\]+\]|[^]/gu) ?? []
  return new RegExp(`^(?:${tokens.map(tokenExpression).join('')})$`, 'u')
}

function tokenExpression(token: string): string {
  if (token.startsWith('*')) return '[^]*'
  if (token === '?') return '[^]'
  if (/^\[[!^]?[^]+\]$/.test(token)) {
    const negated = /^\[[!^]/.test(token)
    const set = token.slice(negated ? 2 : 1, -1).replace(/[\\[\]^&~|$#@!%,.:;<=>`{}+*?()]/g, '\\$&')
    return isValidSet(set) ? `[${negated ? '^' : ''}${set}]` : escapeExpression(token)
  }
  return escapeExpression(token.length > 1 && token.startsWith('\\') ? token.slice(1) : token)
}

/** `[z-a]` is no set; it is then taken letter by letter. */
function isValidSet(set: string): boolean {
  try {
    return new RegExp(`[${set}]`).test('') || true
  } catch {
    return false
  }
}

function escapeExpression(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

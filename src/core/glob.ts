/** Whether a registered model with this name is selected. */
export type NameMatcher = (name: string) => boolean

/**
 * Compiles the input `models`: `*` matches any text (including slashes and dots), `?` one character,
 * `[a-z]` and `[!a-z]` one character of a set, `\` makes the next character literal, and a leading
 * `!` excludes. The last matching pattern decides. If there are only exclusions, everything else is
 * selected.
 */
export function createNameMatcher(patterns: readonly string[]): NameMatcher {
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
    const set = token.slice(negated ? 2 : 1, -1).replace(/[\\[\]^]/g, '\\$&')
    return isValidSet(set) ? `[${negated ? '^' : ''}${set}]` : escapeExpression(token)
  }
  return escapeExpression(token.length > 1 && token.startsWith('\\') ? token.slice(1) : token)
}

/** A set such as `[z-a]` is invalid and is therefore matched literally. */
function isValidSet(set: string): boolean {
  try {
    new RegExp(`[${set}]`, 'u')
    return true
  } catch {
    return false
  }
}

function escapeExpression(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

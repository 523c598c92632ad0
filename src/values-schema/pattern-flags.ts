/** Translates what depends on the flags of Go's regular expressions, or limits their reach. */
export type FlagScopes = {
  /** Undefined if the token has nothing to do with flags or groups. */
  readonly translate: (token: string) => string | undefined
  /** What is left to close at the end of the pattern. */
  readonly end: () => string
}

type Scope = {
  /** What flags have opened within the group. */
  readonly opened: string[]
  isMultiline: boolean
  isDotAll: boolean
}

/** A group with flags, or flags for the rest of the group that they are in. */
const flags = /^\(\?([imsU]*)(?:-([imsU]+))?([:)])$/

/**
 * JavaScript only has flags for a group of their own, so one is opened where `i` stands in the middle of
 * a group. It ends with that group and with each alternative, and begins again in the next one. What `m`
 * and `s` change is written out: to JavaScript, more than `\n` ends a line.
 */
export function createFlagScopes(): FlagScopes {
  const scopes: Scope[] = []
  let scope: Scope = { opened: [], isMultiline: false, isDotAll: false }
  const close = (): string => ')'.repeat(scope.opened.length)
  const open = (): void => {
    scopes.push(scope)
    scope = { ...scope, opened: [] }
  }

  // What is on and off is off. `U` only prefers other matches, and does not change whether there is one.
  const translateFlags = (on: string, off: string, isGroup: boolean): string => {
    if (isGroup) open()
    scope.isMultiline = (scope.isMultiline || on.includes('m')) && !off.includes('m')
    scope.isDotAll = (scope.isDotAll || on.includes('s')) && !off.includes('s')
    const folding = off.includes('i') ? '-i' : on.includes('i') ? 'i' : ''
    const opening = `(?${folding}:`
    if (isGroup) return opening
    if (folding === '') return ''
    scope.opened.push(opening)
    return opening
  }

  return {
    translate: (token) => {
      const [, on, off = '', end] = flags.exec(token) ?? []
      if (on !== undefined) return translateFlags(on, off, end === ':')
      switch (token) {
        case '.':
          return scope.isDotAll ? '[^]' : '[^\\n]'
        case '^':
          return scope.isMultiline ? '(?<![^\\n])' : '^'
        case '$':
          return scope.isMultiline ? '(?![^\\n])' : '$'
        case '|':
          return `${close()}|${scope.opened.join('')}`
        case ')': {
          const closing = close()
          scope = scopes.pop() ?? scope
          return `${closing})`
        }
      }
      // Names of groups mean nothing without references to them.
      if (!token.startsWith('(')) return undefined
      open()
      return '('
    },
    end: close,
  }
}

/** Translates what begins and ends groups, for the flags of Go's regular expressions. */
export type FlagScopes = {
  /** Undefined if the token has nothing to do with groups. */
  readonly translate: (token: string) => string | undefined
  /** What is left to close at the end of the pattern. */
  readonly end: () => string
}

/** A group with flags, or flags for the rest of the group that they are in. */
const flags = /^\(\?([imsU]*)(?:-([imsU]+))?([:)])$/

/**
 * JavaScript only has flags for a group of their own, so one is opened where flags stand in the middle
 * of a group. It ends with that group and with each alternative, and begins again in the next one.
 */
export function createFlagScopes(): FlagScopes {
  // For each group that is open, what its flags have opened within it.
  const scopes: string[][] = [[]]
  const opened = (): string[] => scopes.at(-1) ?? []
  const close = (): string => ')'.repeat(opened().length)

  const translateFlags = (on: string, off: string, isGroup: boolean): string => {
    const opening = groupWith(on, off)
    if (isGroup) scopes.push([])
    else opened().push(opening)
    return opening
  }

  return {
    translate: (token) => {
      const [, on, off = '', end] = flags.exec(token) ?? []
      if (on !== undefined) return translateFlags(on, off, end === ':')
      if (token === '|') return `${close()}|${opened().join('')}`
      if (token === ')') {
        const closing = close()
        scopes.pop()
        return `${closing})`
      }
      if (token === '(' || token === '(?P<') scopes.push([])
      return undefined
    },
    end: close,
  }
}

/** `U` only prefers other matches, and does not change whether there is one. */
const meaningful = ['i', 'm', 's']

/** What is on and off is off. */
function groupWith(on: string, off: string): string {
  const removed = meaningful.filter((flag) => off.includes(flag))
  const added = meaningful.filter((flag) => on.includes(flag) && !removed.includes(flag))
  return `(?${added.join('')}${removed.length === 0 ? '' : `-${removed.join('')}`}:`
}

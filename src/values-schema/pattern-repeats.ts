/** A repetition; in Go, what has a leading zero is text. */
export const repeat = /\{(?:0|[1-9]\d*)(?:,(?:0|[1-9]\d*)?)?\}/

/** Go's limit (regexp/syntax, repeatIsValid). */
const maxCopies = 1000

/**
 * Counts the copies of an expression, also where repetitions are nested in others.
 *
 * @throws SyntaxError if there are more than Go allows
 */
export function createRepeatCounter(): (token: string) => void {
  // For each group that is open, the most copies of anything in it.
  const open = [0]
  // Those of the expression before.
  let last = 0
  const keep = (): number => {
    const most = Math.max(open.pop() ?? 0, last)
    open.push(most)
    return most
  }
  return (token) => {
    if (/^[*+?]$/.test(token) || /^\(\?[imsU-]*\)$/.test(token)) return
    if (repeat.test(token)) {
      const [, least, most] = /^\{(\d+),?(\d*)\}$/.exec(token) ?? []
      // Any number of copies, `{0,}`, counts as one.
      const count =
        most === '' && token.includes(',')
          ? Math.max(Number(least), 1)
          : Number(most === '' ? least : most)
      last *= count
      if (count > maxCopies || last > maxCopies) {
        throw new SyntaxError(
          `\`${token}\` makes more than 1,000 copies, which is too many for Helm`,
        )
      }
      return
    }
    const most = keep()
    if (token === ')') {
      open.pop()
      last = most
    } else if (token.startsWith('(')) {
      open.push(0)
      last = 0
    } else {
      last = 1
    }
  }
}

import { commentsOf } from './comments.ts'
import { parseValues } from './document.ts'

/**
 * Whether a person asked, with the comment `# mlflow-sync: hold` on a line of its own, that the file
 * be left alone. In a file that is no YAML every such line counts.
 */
export function isHeld(text: string): boolean {
  return (
    holdOffsets(text).size > 0 && (heldByComment(text) || parseValues(text).kind === 'unparseable')
  )
}

/** As `isHeld`, for a text that is known to be YAML. */
export function heldByComment(text: string): boolean {
  const offsets = holdOffsets(text)
  return offsets.size > 0 && commentsOf(text).some(({ offset }) => offsets.has(offset))
}

const holdLine = /((?:^\uFEFF?|[\r\n])[ \t]*)# mlflow-sync: hold(?=[ \t\r\n]|$)/g

/** Where the `#` of each line that looks like the comment is. */
function holdOffsets(text: string): ReadonlySet<number> {
  return new Set(
    Array.from(text.matchAll(holdLine), (match) => match.index + (match[1]?.length ?? 0)),
  )
}

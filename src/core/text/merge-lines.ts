import { diffLines } from 'diff'

/** Lines of the base from `start` up to `end`, which become a text. */
type LineChange = { readonly start: number; readonly end: number; readonly text: string }

/**
 * Merges two versions of a text as git does.
 *
 * @returns undefined if they changed the same line or adjacent ones, which is a conflict.
 */
export function mergeLines(base: string, ours: string, theirs: string): string | undefined {
  const [own, other] = [changesBetween(base, ours), changesBetween(base, theirs)]
  const isConflict = own.some((a) => other.some((b) => a.start <= b.end && b.start <= a.end))
  if (isConflict) return undefined
  const lines = base.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const changes = [...own, ...other].toSorted((a, b) => b.start - a.start)
  for (const { start, end, text } of changes) lines.splice(start, end - start, text)
  return lines.join('')
}

function changesBetween(base: string, version: string): LineChange[] {
  const changes: LineChange[] = []
  let line = 0
  let isOpen = false
  for (const { value, count, added, removed } of diffLines(base, version)) {
    if (!added && !removed) {
      line += count
      isOpen = false
      continue
    }
    const current = (isOpen ? changes.pop() : undefined) ?? { start: line, end: line, text: '' }
    if (removed) line += count
    changes.push({ start: current.start, end: line, text: current.text + (added ? value : '') })
    isOpen = true
  }
  return changes
}

import leven from 'leven'
import { compareText } from './format.ts'

/** Compared characters of a name; the time grows with the square of this. */
const maxLength = 48

/** Names that are worth listing, most similar first. */
export function closestNames(wanted: string, names: Iterable<string>, limit: number): string[] {
  const text = comparable(wanted)
  return [...names]
    .map((name) => ({
      name,
      distance: distanceTo(text, comparable(name)),
      // Swapped letters are more likely than missing ones.
      lengths: Math.abs(name.length - wanted.length),
    }))
    .sort((a, b) => a.distance - b.distance || a.lengths - b.lengths || compareText(a.name, b.name))
    .slice(0, limit)
    .map(({ name }) => name)
}

/** The name that was probably meant; undefined if none is really close. */
export function suggestName(wanted: string, names: Iterable<string>): string | undefined {
  const [closest] = closestNames(
    wanted,
    [...names].filter((name) => isClose(wanted, name)),
    1,
  )
  return closest
}

/** Whether one name may be a slip of the other: one edit for every four letters, three at most. */
export function isClose(a: string, b: string): boolean {
  const distance = leven(comparable(a), comparable(b))
  if (isAnagram(comparable(a), comparable(b))) return true
  const longest = Math.max(a.length, b.length)
  return distance <= 3 && distance <= Math.ceil(longest / 4)
}

/** Two letters in the wrong order are one slip, but two edits. */
export function isAnagram(a: string, b: string): boolean {
  const sorted = (text: string): string => Array.from(text).sort().join('')
  return sorted(a) === sorted(b)
}

function comparable(text: string): string {
  return text.slice(0, maxLength).toLowerCase()
}

/** A name that begins with something similar is similar too. */
function distanceTo(text: string, name: string): number {
  return Math.min(leven(text, name), leven(text, name.slice(0, text.length)) + 0.5)
}

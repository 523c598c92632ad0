import { compareText } from './format.ts'

/** Compared characters of a name; the time grows with the square of this. */
const maxLength = 48

/** Names that are worth suggesting, most similar first. */
export function closestNames(wanted: string, names: Iterable<string>, limit: number): string[] {
  const comparable = (text: string) => text.slice(0, maxLength).toLowerCase()
  const text = comparable(wanted)
  return [...names]
    .map((name) => ({ name, distance: distanceTo(text, comparable(name)) }))
    .sort((a, b) => a.distance - b.distance || compareText(a.name, b.name))
    .slice(0, limit)
    .map(({ name }) => name)
}

/** A name that begins with something similar is similar too. */
function distanceTo(text: string, name: string): number {
  const whole = editDistance(text, name)
  const beginning = editDistance(text, name.slice(0, text.length))
  return Math.min(whole, beginning + 0.5)
}

/** Levenshtein distance in UTF-16 code units. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

import { truncate } from '../core/text/neutralise.ts'
import { prose } from '../core/text/prose.ts'
import { lineNumberAt } from '../core/values-file/position.ts'
import type { Flaw } from '../core/values-file/flaw.ts'

/** One of several documents in a file. */
export type Part = {
  readonly text: string
  /** Lines of the file that are before it. */
  readonly linesBefore: number
}

/**
 * Splits a values file as Helm does, at each line that begins with `---`, and without a parser: what
 * is before a separator, even a directive, is a document of its own.
 */
export function splitDocuments(text: string): readonly Part[] | Flaw {
  const parts: Part[] = []
  let start = 0
  const add = (end: number) => {
    const part = text.slice(start, end)
    if (part !== '') parts.push({ text: part, linesBefore: lineNumberAt(text, start) - 1 })
  }
  for (const { index, 0: line } of text.matchAll(/(?<![^\n])---[^\n]*\n?/g)) {
    const rest = line.slice(3).trim()
    if (rest !== '' && !rest.startsWith('#')) {
      const problem = prose`Helm accepts nothing but a comment after \`---\`, but there is \`${truncate(rest, 60)}\`: write it on the next line`
      return { line: lineNumberAt(text, index), problem }
    }
    // Helm leaves the separator to the document if nothing is before it.
    if (index === start) continue
    add(index)
    start = index + line.length
  }
  add(text.length)
  return parts
}

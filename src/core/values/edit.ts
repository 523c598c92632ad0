/** Text to put in place of `remove` characters (UTF-16 code units) at an offset. */
export type Edit = { readonly at: number; readonly remove: number; readonly insert: string }

/** Thrown and caught within this folder: the file is legal, but has no safe place for the value. */
export class CannotEdit extends Error {}

/** Makes edits that do not overlap; those at one offset keep their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = ''
  let done = 0
  for (const { at, remove, insert } of edits.toSorted((a, b) => a.at - b.at)) {
    if (at < done) throw new CannotEdit('two changes meet at the same place')
    result += text.slice(done, at) + insert
    done = at + remove
  }
  return result + text.slice(done)
}

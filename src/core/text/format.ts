/** Orders by UTF-16 code units: the same everywhere, whatever the machine's locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Bytes of a text in UTF-8, as GitHub counts a job summary. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length
}

/** Lines of the first items, as long as they fit with a line feed each; the rest are never made. */
export function takeLines<T>(
  items: readonly T[],
  lineOf: (item: T) => string,
  maxBytes: number,
): string[] {
  const taken: string[] = []
  let bytes = 0
  for (const item of items) {
    const line = lineOf(item)
    bytes += utf8Bytes(line) + 1
    if (bytes > maxBytes) break
    taken.push(line)
  }
  return taken
}

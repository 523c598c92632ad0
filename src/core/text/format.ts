/** Compares by UTF-16 code units, so that the order does not depend on the machine's locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A number with its thousands separated: `12,000`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A count with its noun: `1 run`, `2 runs`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** The same for large numbers: `2,000 runs`. */
export function groupedPlural(count: number, noun: string): string {
  return plural(count, noun).replace(String(count), grouped(count))
}

/** Size of a text in bytes of UTF-8, which is how GitHub measures a job summary. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length
}

/** Renders the lines of the first items until `maxBytes` is reached, counting line feeds. */
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

/** The first and last characters of ranges, in ascending order. */
type Ranges = string

/** `\s`: unlike JavaScript's, it is ASCII, and has no vertical tab. */
export const perlSpace: Ranges = '\t\n\f\r  '

export const posixClasses: Readonly<Record<string, Ranges | undefined>> = {
  alnum: '09AZaz',
  alpha: 'AZaz',
  ascii: '\0\x7F',
  blank: '\t\t  ',
  cntrl: '\0\x1F\x7F\x7F',
  digit: '09',
  graph: '!~',
  lower: 'az',
  print: ' ~',
  punct: '!/:@[`{~',
  space: '\t\r  ',
  upper: 'AZ',
  word: '09AZ__az',
  xdigit: '09AFaf',
}

/** Writes ranges, or all others, for the inside of a class. */
export function writeRanges(ranges: Ranges, isNegated: boolean): string {
  const bounds = Array.from(ranges, (character) => character.charCodeAt(0))
  const edges = isNegated
    ? [0, ...bounds.map((bound, index) => (index % 2 === 0 ? bound - 1 : bound + 1)), 0x10ffff]
    : bounds
  return edges
    .map((edge, index) => (index % 2 === 0 ? [edge, edges[index + 1] ?? edge] : []))
    .filter(([first = 1, last = 0]) => first <= last)
    .map(([first = 0, last = 0]) => `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`)
    .join('')
}

/** What only Go spells so. */
const special: Readonly<Record<string, string | undefined>> = {
  Any: 'Any',
  Ascii: 'ASCII',
  Assigned: 'Assigned',
  Lc: 'LC',
}

/**
 * The Unicode property that Go calls so: a category or a script. Case, blanks, hyphens and underscores
 * do not matter.
 *
 * @throws SyntaxError
 */
export function propertyOf(name: string): string {
  const title = name
    .replace(/(?<=[a-z])(?=[A-Z])/g, '_')
    .replace(/[A-Za-z]+/g, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .replace(/[ -]/g, '_')
  const property =
    special[title] ??
    [name, title].flatMap((spelling) => [`gc=${spelling}`, `sc=${spelling}`]).find(isProperty)
  if (property === undefined) throw new SyntaxError(`there is no Unicode class \`${name}\``)
  return property
}

function isProperty(property: string): boolean {
  try {
    return new RegExp(`\\p{${property}}`, 'u').unicode
  } catch {
    return false
  }
}

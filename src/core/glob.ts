/** Whether a registered model with this name is selected. */
export type NameMatcher = (name: string) => boolean

/** A pattern that selects models, and what it matches by itself. */
export type PositivePattern = { readonly pattern: string; readonly matches: NameMatcher }

/**
 * Compiles the input `models`: `*` matches any text (including slashes and dots), `?` one character,
 * `[a-z]` and `[!a-z]` one character of a set, `\` makes the next character literal, and a leading
 * `!` excludes. The last matching pattern decides. If there are only exclusions, everything else is
 * selected.
 */
export function createNameMatcher(patterns: readonly string[]): NameMatcher {
  const rules = patterns.map((pattern) => ({
    selects: !isExclusion(pattern),
    tokens: compile(withoutExclamation(pattern)),
  }))
  const selectsByDefault = rules.every((rule) => !rule.selects)
  return (name) => {
    const characters = Array.from(name)
    const rule = rules.findLast(({ tokens }) => matchesTokens(tokens, characters))
    return rule?.selects ?? selectsByDefault
  }
}

/** The patterns without the exclusions, to find those that match nothing. */
export function positivePatterns(patterns: readonly string[]): PositivePattern[] {
  return patterns
    .filter((pattern) => !isExclusion(pattern))
    .map((pattern) => ({ pattern, matches: createNameMatcher([pattern]) }))
}

/** Whether a pattern is a `!` with nothing to exclude. */
export function isEmptyExclusion(pattern: string): boolean {
  return isExclusion(pattern) && withoutExclamation(pattern) === ''
}

function isExclusion(pattern: string): boolean {
  return pattern.startsWith('!')
}

function withoutExclamation(pattern: string): string {
  return isExclusion(pattern) ? pattern.slice(1).trimStart() : pattern
}

/** `*`, or a test of one character. */
type Token = '*' | ((character: string) => boolean)

/** The length of a set is bounded, so that many `[` without a `]` do not take quadratic time. */
const tokenPattern = /\\.|\*+|\?|\[[^\]\\]{1,1000}\]|[^]/gu

function compile(glob: string): Token[] {
  return (glob.match(tokenPattern) ?? []).flatMap((source): Token[] => {
    if (source.startsWith('*')) return ['*']
    if (source === '?') return [() => true]
    const literals = Array.from(source)
    if (literals.length === 1) return literals.map(literal)
    if (literals[0] === '\\') return literals.slice(1).map(literal)
    const set = compileSet(literals.slice(1, -1))
    return set === undefined ? literals.map(literal) : [set]
  })
}

function literal(expected: string): Token {
  return (character) => character === expected
}

/**
 * Compiles the characters between `[` and `]`. A set with a range such as `z-a` is invalid and is
 * therefore matched literally.
 */
function compileSet(characters: readonly string[]): Token | undefined {
  const negated = characters[0] === '!' || characters[0] === '^'
  const points = characters.slice(negated ? 1 : 0).map(codePoint)
  const ranges: (readonly [first: number, last: number])[] = []
  for (let index = 0; index < points.length; index += 1) {
    const first = points[index] ?? 0
    const end = points[index + 1] === hyphen ? points[index + 2] : undefined
    ranges.push([first, end ?? first])
    if (end !== undefined) index += 2
  }
  if (ranges.some(([first, last]) => first > last)) return undefined
  return (character) => {
    const point = codePoint(character)
    return ranges.some(([first, last]) => first <= point && point <= last) !== negated
  }
}

const hyphen = codePoint('-')

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0
}

/**
 * Only the last `*` ever has to be extended: an earlier one has already found the leftmost place for
 * what follows it. So the number of steps is at most the product of both lengths.
 */
function matchesTokens(tokens: readonly Token[], characters: readonly string[]): boolean {
  let token = 0
  let position = 0
  let star: { readonly token: number; end: number } | undefined
  while (position < characters.length) {
    const expected = tokens[token]
    if (expected === '*') {
      star = { token, end: position }
      token += 1
    } else if (expected?.(characters[position] ?? '') === true) {
      token += 1
      position += 1
    } else if (star !== undefined) {
      star.end += 1
      token = star.token + 1
      position = star.end
    } else {
      return false
    }
  }
  return tokens.slice(token).every((rest) => rest === '*')
}

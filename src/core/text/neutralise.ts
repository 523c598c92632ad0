/** A part of a line: either written by the action or its user, or untrusted text from MLflow. */
export type Fragment = {
  readonly text: string
  readonly untrusted: boolean
}

type Trigger = readonly [pattern: RegExp, character: string]

/** Instructions that keep CI services from running, wherever they are in a commit message. */
const instructions: readonly Trigger[] = [
  // Woodpecker also accepts the two words without anything between them.
  [/\[[^[\]]{0,60}(?<![a-z])(?:skip|no)(?![a-z])[^[\]]{0,60}\]/giu, '['],
  [/\[(?:c[id](?:skip|no)|(?:skip|no)c[id])\]/giu, '['],
  [/--(?:skip-ci|ci-skip)/gi, '-'],
  [/\*{3}NO_CI\*{3}/gi, '*'],
]

/**
 * Patterns that GitHub, Git or a CI service act on, each with the character whose replacement
 * prevents that. A pattern covers its trigger completely, so that one that only partly consists of
 * untrusted text is found. Case is folded as in other languages (`u`), which match `ſKIP` too.
 */
const triggers: readonly Trigger[] = [
  // Mentions, e-mail addresses and commits of forks.
  [/@+[^\s@]/g, '@'],
  // Issues, and Jira's smart commits.
  [/#\w/g, '#'],
  [/GH-\d/gi, '-'],
  [/:\/\//g, ':'],
  [/www\./gi, '.'],
  // All common trailers have a hyphen: Signed-off-by, skip-checks, MLflow-Run-Id.
  [/-[A-Za-z]{1,30}\s?:/g, ':'],
  ...instructions,
  // At the start of a line, Git treats this as the end of the message.
  [/^---/g, '-'],
]

/** Characters without a visible form, except those that choose the style of an emoji. */
export const unprintable =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?![\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}/gu

/** Printable ASCII with single spaces between words: nearly all text, and quick to recognise. */
const alreadyPlain = /^[!-~]+(?: [!-~]+)*$/

/**
 * Reduces text to one line: whitespace becomes single spaces, unprintable characters become `�`.
 */
export function plainText(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters && alreadyPlain.test(text)) return text
  return truncate(
    // Bounds the input of the regular expressions: the rest would be truncated anyway.
    text
      .slice(0, 16 * maxCharacters)
      .replace(/\s+/g, ' ')
      .trim()
      .replace(unprintable, '�'),
    maxCharacters,
  )
}

/** Truncates a text that is too long and ends it with `…`, without splitting a surrogate pair. */
export function truncate(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text
  const characters = Array.from(text.slice(0, 2 * maxCharacters + 2))
  return characters.length <= maxCharacters
    ? text
    : `${characters.slice(0, maxCharacters - 1).join('')}…`
}

/** Reduces untrusted text to one line without mentions, references, URLs or instructions. */
export function neutralise(text: string, maxCharacters: number): string {
  return neutraliseFragments([{ text, untrusted: true }], maxCharacters)
}

/** Makes a text harmless in a commit message in which it never starts a line. */
export function withoutInstructions(text: string): string {
  return [...instructions, skipChecks].reduce(
    (line, [pattern, character]) =>
      line.replace(pattern, (match) => match.replaceAll(character, fullWidth(character))),
    text,
  )
}

const skipChecks: Trigger = [/skip-checks\s?:/gi, ':']

/**
 * Joins fragments into one line. A trigger that is completely inside a trusted fragment is kept (the
 * user may want `[skip ci]`); one that contains untrusted text is neutralised.
 */
export function neutraliseFragments(fragments: readonly Fragment[], maxCharacters: number): string {
  const clean = fragments.map(({ text, untrusted }) => ({
    text: untrusted ? plainText(text, maxCharacters) : text,
    untrusted,
  }))
  const trusted = trustedRanges(clean)
  let line = truncate(clean.map(({ text }) => text).join(''), maxCharacters)
  for (const [pattern, character] of triggers) {
    line = line.replace(pattern, (match: string, offset: number) =>
      trusted.some(({ start, end }) => start <= offset && offset + match.length <= end)
        ? match
        : match.replaceAll(character, fullWidth(character)),
    )
  }
  return line
}

/** The full-width form of an ASCII character: it looks similar, but programs do not act on it. */
export function fullWidth(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) + 0xfee0)
}

function trustedRanges(fragments: readonly Fragment[]): { start: number; end: number }[] {
  let end = 0
  return fragments.flatMap(({ text, untrusted }) => {
    const start = end
    end += text.length
    return untrusted ? [] : [{ start, end }]
  })
}

/** ASCII that triggers nothing is kept, and so is everything visible in the rest of Unicode. */
const unsafeInTrailer =
  /[^\P{ASCII}\w ._/+=,()~-]|[\p{C}\p{Default_Ignorable_Code_Point}]|[^\S ]|^ | $|(?<=[Gg][Hh])-(?=\d)|(?<=[Ww]{3})\./gu

/** Value of a trailer, percent-encoded where it would break the line or trigger something. */
export function trailerValue(text: string): string {
  return truncate(text, 512).replace(unsafeInTrailer, percentEncode)
}

/** Writes each UTF-8 byte of the text as `%XX`. */
export function percentEncode(text: string): string {
  return [...new TextEncoder().encode(text)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('')
}

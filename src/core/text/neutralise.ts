/** A part of a line: written by us or by the user of the action, or taken from MLflow. */
export type Fragment = {
  readonly text: string
  readonly untrusted: boolean
}

/** What GitHub or git act on in a message, and the character without which they do not. */
const triggers: readonly (readonly [pattern: RegExp, character: string])[] = [
  [/@[A-Za-z0-9]/g, '@'],
  [/#\d/g, '#'],
  [/GH-\d/gi, '-'],
  [/:\/\//g, ':'],
  [/www\./gi, '.'],
  // Every token that people use in trailers has a hyphen: Signed-off-by, skip-checks, MLflow-Run-Id.
  [/-[A-Za-z]{1,30}\s?:/g, ':'],
  [/\[[^[\]]{0,60}\b(?:skip|no)\b[^[\]]{0,60}\]/gi, '['],
  // Git takes this at the start of a line for the end of the message.
  [/^---/g, '-'],
]

const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** One line of text: white space becomes single spaces, what can't be seen becomes `�`. */
export function plainText(text: string, maxCharacters: number): string {
  return cut(
    // No regular expression should have to read megabytes that are cut off afterwards.
    text
      .slice(0, 16 * maxCharacters)
      .replace(/\s+/g, ' ')
      .trim()
      .replace(unprintable, '�'),
    maxCharacters,
  )
}

/** Ends a text that is too long with `…`, never inside a character. */
export function cut(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text
  const characters = Array.from(text.slice(0, 2 * maxCharacters + 2))
  return characters.length <= maxCharacters
    ? characters.join('')
    : `${characters.slice(0, maxCharacters - 1).join('')}…`
}

/** One line of untrusted text in which nothing is a mention, a reference, an address or an instruction. */
export function neutralise(text: string, maxCharacters: number): string {
  return neutraliseFragments([{ text, untrusted: true }], maxCharacters)
}

/**
 * Joins fragments to one line. A trigger that lies wholly in a piece of ours stays (a user may well want
 * `[skip ci]`); one that untrusted text makes or completes is disarmed.
 */
export function neutraliseFragments(fragments: readonly Fragment[], maxCharacters: number): string {
  const clean = fragments.map(({ text, untrusted }) => ({
    text: untrusted ? plainText(text, maxCharacters) : text,
    untrusted,
  }))
  const owns = trustedRanges(clean)
  let line = cut(clean.map(({ text }) => text).join(''), maxCharacters)
  for (const [pattern, character] of triggers) {
    line = line.replace(pattern, (match: string, offset: number) =>
      owns.some(({ start, end }) => start <= offset && offset + match.length <= end)
        ? match
        : match.replaceAll(character, fullWidth(character)),
    )
  }
  return line
}

/** The twin of an ASCII character that people read alike and programs do not. */
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

const unsafeInTrailer = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}%@#:[\]]|[^\S ]|^ | $|(?<=GH)-(?=\d)/giu

/** A trailer's value: percent-encoded where it would break the line or trigger something. */
export function trailerValue(text: string): string {
  return cut(text.toWellFormed(), 512).replace(unsafeInTrailer, percentEncode)
}

/** Each byte of the text's UTF-8 as `%XX`. */
export function percentEncode(text: string): string {
  return [...new TextEncoder().encode(text)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('')
}

/** Style of a one-line YAML scalar. */
export type ScalarStyle = 'plain' | 'single' | 'double'

const safePlain = /^[A-Za-z][A-Za-z0-9_./-]*$/
/** Words that a reader, or a person, might not recognise as a string. */
const reservedWord = /^(?:y|n|yes|no|on|off|true|false|null|none|inf|infinity|nan)$/i
/** Characters that some readers reject, or treat as a line break, unless they are escaped. */
const unprintable = /[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/u

/** The style of a one-line scalar. */
export function styleOf(source: string): ScalarStyle {
  if (source.startsWith("'")) return 'single'
  return source.startsWith('"') ? 'double' : 'plain'
}

/** YAML source of a one-line scalar that npm yaml, PyYAML and Helm all read as this string. */
export function formatString(value: string): string {
  return formatStringAs(value, 'plain')
}

/** Like `formatString`, but in the given style, or in double quotes if that style is not safe. */
export function formatStringAs(value: string, style: ScalarStyle): string {
  // UTF-8 cannot represent a lone surrogate, and its escape makes Helm reject the entire file.
  const text = value.toWellFormed()
  if (style === 'plain' && safePlain.test(text) && !reservedWord.test(text)) return text
  if (style === 'single' && !unprintable.test(text)) return `'${text.replaceAll("'", "''")}'`
  return `"${text.replace(needsEscape, escape)}"`
}

/** YAML source of an owned value, in the given style if that is safe. */
export function formatValue(
  value: string | number | undefined,
  style: ScalarStyle = 'plain',
): string {
  return typeof value === 'number' ? String(value) : formatStringAs(value ?? '', style)
}

const needsEscape = new RegExp(`["\\\\]|${unprintable.source}`, 'gu')
const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

function escape(character: string): string {
  const code = character.charCodeAt(0)
  const hex = code.toString(16).toUpperCase()
  return (
    shortEscapes[character] ??
    (code > 0xff ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`)
  )
}

/** How a one-line scalar is written. */
export type ScalarStyle = 'plain' | 'single' | 'double'

const safePlain = /^[A-Za-z][A-Za-z0-9_./-]*$/
/** Words that some reader, or a person, could take for something else than a string. */
const reservedWord = /^(?:y|n|yes|no|on|off|true|false|null|none|inf|infinity|nan)$/i
/** What some reader refuses or takes for a line break unless it is escaped. */
const unprintable = /[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/u

/** YAML source of a one-line scalar that npm yaml, PyYAML and Helm all read as this very string. */
export function yamlString(value: string): string {
  return restyle(value, 'plain')
}

/** As `yamlString`, but in the wanted style; double quotes where that style is not safe. */
export function restyle(value: string, style: ScalarStyle): string {
  // A lone surrogate can't be written in UTF-8, and its escape makes Helm refuse the whole file.
  const text = value.toWellFormed()
  if (style === 'plain' && safePlain.test(text) && !reservedWord.test(text)) return text
  if (style === 'single' && !unprintable.test(text)) return `'${text.replaceAll("'", "''")}'`
  return `"${text.replace(needsEscape, escape)}"`
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

import { fullWidth, neutralise, percentEncode, unprintable } from './neutralise.ts'

/**
 * Escapes untrusted text for a line of GitHub's Markdown, a table cell or an HTML element. Special
 * characters become entities, which both Markdown and HTML render as plain text; `my_model` stays
 * unchanged.
 */
export function escapeMarkdown(text: string, maxCharacters = 200): string {
  return neutralise(text, maxCharacters)
    .replace(emoji, (name) => name.replaceAll(':', fullWidth(':')))
    .replace(/[&<>\\`*[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, toEntity)
}

/** `:name:`, for which GitHub inserts an image even after an entity; but not the minutes of a time. */
const emoji = /:(?!\d\d:)[\w+-]+:/g

const namedEntities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

function toEntity(character: string): string {
  return namedEntities[character] ?? `&#${character.charCodeAt(0)};`
}

/** Untrusted text in a fixed-width font. */
export function code(text: string, maxCharacters = 200): string {
  return `<code>${escapeMarkdown(text, maxCharacters)}</code>`
}

/** A link, or only its text if the URL is not an http(s) URL. */
export function link(markdown: string, url: string | null | undefined): string {
  const target = webUrl(url ?? '')
  return target === null || markdown === '' ? markdown : `[${markdown}](${target})`
}

/** Enough for every name that MLflow accepts; longer URLs would leave no room for other rows. */
const maxUrl = 4000

/**
 * An http(s) URL without username and password, encoded so that it cannot end a Markdown link; null
 * for anything else.
 */
function webUrl(url: string): string | null {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return null
  const parsed = new URL(url)
  parsed.username = ''
  parsed.password = ''
  const encoded = parsed.href.replace(/[()<>[\]\\|"'`*\s]|\p{Cc}|\p{Cf}/gu, percentEncode)
  return encoded.length > maxUrl ? null : encoded
}

export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

export function tableHead(names: readonly string[]): string {
  return `${tableRow(names)}\n${tableRow(names.map(() => '---'))}`
}

/** A fenced code block that its content cannot end. Invisible characters are made visible. */
export function fenced(text: string, language: string): string {
  const visible = showControls(text)
  const longestRun = Math.max(2, ...(visible.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longestRun + 1)
  return `${fence}${language}\n${visible}${visible.endsWith('\n') ? '' : '\n'}${fence}`
}

/** Control characters become their symbols: `␛`. */
function showControls(text: string): string {
  return text.replace(unprintable, (character) => {
    if (character === '\n' || character === '\t') return character
    const codeUnit = character.charCodeAt(0)
    return codeUnit < 0x20 ? String.fromCharCode(0x2400 + codeUnit) : '�'
  })
}

import { neutralise, percentEncode } from './neutralise.ts'

/**
 * Foreign text for the middle of a line of GitHub's Markdown, a table's cell or an HTML element. What has
 * a meaning there becomes an entity, which Markdown and HTML alike take for plain text; `my_model` stays
 * as it is.
 */
export function escapeMarkdown(text: string, maxCharacters = 200): string {
  return neutralise(text, maxCharacters).replace(
    /[&<>\\`*[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g,
    entity,
  )
}

const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

function entity(character: string): string {
  return named[character] ?? `&#${character.charCodeAt(0)};`
}

/** Foreign text in a fixed-width font. */
export function code(text: string, maxCharacters = 200): string {
  return `<code>${escapeMarkdown(text, maxCharacters)}</code>`
}

/** A link; only its text when the address is not one of the web. */
export function link(markdown: string, url: string | null | undefined): string {
  const address = webAddress(url ?? '')
  return address === null || markdown === '' ? markdown : `[${markdown}](${address})`
}

/** An http(s) address without user and password that can't end a Markdown link; null when it is none. */
export function webAddress(url: string): string | null {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return null
  const parsed = new URL(url)
  parsed.username = ''
  parsed.password = ''
  return parsed.href.replace(/[()<>[\]\\|"'`*\s]|\p{Cc}|\p{Cf}/gu, percentEncode)
}

export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

export function tableHead(names: readonly string[]): string {
  return `${tableRow(names)}\n${tableRow(names.map(() => '---'))}`
}

/** A fenced block that its content can't end; characters that can't be seen are shown. */
export function fenced(text: string, language: string): string {
  const shown = showControls(text)
  const longest = Math.max(2, ...(shown.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${shown}${shown.endsWith('\n') ? '' : '\n'}${fence}`
}

function showControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === '\n' || character === '\t') return character
    const point = character.charCodeAt(0)
    return point < 0x20 ? String.fromCharCode(0x2400 + point) : '�'
  })
}

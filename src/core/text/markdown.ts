import {
  fullWidth,
  neutralise,
  percentEncode,
  plainText,
  unprintable,
  withoutInstructions,
} from './neutralise.ts'
import type { Prose } from './prose.ts'

/**
 * Escapes untrusted text for a line of GitHub's Markdown, a table cell or an HTML element. Special
 * characters become entities, which both Markdown and HTML render as plain text; `my_model` stays
 * unchanged.
 */
export function escapeMarkdown(text: string, maxCharacters = 200): string {
  return neutralise(text, maxCharacters)
    .replace(emoji, (name) => name.replaceAll(':', fullWidth(':')))
    .replace(special, toEntity)
}

/** Characters with a meaning in Markdown or HTML; an underscore within a word has none. */
const special = /[&<>\\`*[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g

/** Escapes own text, of which nothing is neutralised. A URL becomes a link, in which entities stay. */
function escapeCharacters(text: string): string {
  return text.replace(urlOrSpecial, (part) => (part.length > 1 ? part : toEntity(part)))
}

const urlOrSpecial = new RegExp(`https?://[^\\s<>|\`\\\\]+|${special.source}`, 'g')

function escapeHtml(text: string): string {
  return text.replace(/[&<>]/g, toEntity)
}

/** `:name:`, for which GitHub inserts an image even after an entity; but not the minutes of a time. */
const emoji = /:(?!\d\d:)[\w+-]+:/g

const namedEntities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

function toEntity(character: string): string {
  return namedEntities[character] ?? `&#${character.charCodeAt(0)};`
}

/**
 * Untrusted text in a fixed-width font, as it is: GitHub leaves code alone. Only instructions to CI
 * services are neutralised, because the body of a pull request can become the message of a commit.
 * For Markdown, also in a table, where a pipe ends even the cell of a code span.
 */
export function code(text: string, maxCharacters = 200): string {
  const visible = withoutInstructions(plainText(text, maxCharacters))
  return visible.split('|').map(codeSpan).join('&#124;')
}

function codeSpan(text: string): string {
  if (text === '') return ''
  const longestRun = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longestRun + 1)
  // Markdown strips one space from both ends.
  const padding = /^[ `]|[ `]$/.test(text) ? ' ' : ''
  return `${fence}${padding}${text}${padding}${fence}`
}

/** The same for an HTML element in which Markdown does not count, such as `<summary>`. */
export function htmlCode(text: string, maxCharacters = 200): string {
  return `<code>${escapeHtml(plainText(text, maxCharacters))}</code>`
}

/** Longest piece of foreign text in a message, such as a server's own words. */
const maxForeign = 1000

/**
 * A message in Markdown: own text exactly as it is, with its code as code and its URLs as links;
 * foreign text neutralised. What exceeds `maxCharacters` is cut off and marked with `…`.
 *
 * @param lineBreak what ends a line: within a table cell, that is an element.
 */
export function markdownOf(
  message: Prose,
  { maxCharacters = 4000, lineBreak = '<br>' }: { maxCharacters?: number; lineBreak?: string } = {},
): string {
  let remaining = maxCharacters
  let result = ''
  for (const { kind, text, render } of tokensOf(message, lineBreak)) {
    if (remaining <= 0) return result.endsWith('…') ? result : `${result}…`
    const rendered = render(Math.min(remaining, maxForeign))
    const startsLine = kind === 'foreign' && /(?:^|\n) *(?:- )?$/.test(result)
    result += startsLine ? escapeLineStart(rendered) : rendered
    remaining -= text.length
  }
  return result
}

/** Makes the start of a heading, an item of a list or a line under a heading plain text. */
function escapeLineStart(markdown: string): string {
  return markdown.replace(
    /^(\d*)([#+=.)-])/,
    (_, digits: string, mark: string) => digits + toEntity(mark),
  )
}

type Token = {
  readonly kind: 'own' | 'foreign' | 'code' | 'link'
  readonly text: string
  readonly render: (maxCharacters: number) => string
}

/**
 * Splits a message at the backticks in its own text; what is between two of them is one token. So is
 * neighbouring foreign text, whose parts could be harmful together.
 */
function tokensOf(message: Prose, lineBreak: string): Token[] {
  const tokens: Token[] = []
  let codeText: string | undefined
  for (const piece of message) {
    if (piece.kind === 'link') {
      const { text, url, isCode } = piece
      tokens.push({
        kind: 'link',
        text,
        render: () => link(isCode ? code(text) : escapeCharacters(text), url),
      })
      continue
    }
    const { text, kind } = piece
    for (const [index, part] of (kind === 'own' ? text.split('`') : [text]).entries()) {
      if (index > 0) {
        if (codeText !== undefined) tokens.push(codeToken(codeText))
        codeText = codeText === undefined ? '' : undefined
      }
      const last = tokens.at(-1)
      if (codeText !== undefined) codeText += part
      else if (kind === 'foreign' && last?.kind === 'foreign')
        tokens.splice(-1, 1, foreignToken(last.text + part))
      else if (part !== '')
        tokens.push(kind === 'own' ? ownToken(part, lineBreak) : foreignToken(part))
    }
  }
  return codeText === undefined ? tokens : [...tokens, codeToken(codeText)]
}

function codeToken(text: string): Token {
  return { kind: 'code', text, render: (maxCharacters) => code(text, maxCharacters) }
}

function foreignToken(text: string): Token {
  return { kind: 'foreign', text, render: (maxCharacters) => escapeMarkdown(text, maxCharacters) }
}

/** Own text is never cut within a token, because half a sentence of advice could mislead. */
function ownToken(text: string, lineBreak: string): Token {
  // HTML ignores spaces at the start of a line.
  const indent = lineBreak.startsWith('<') ? '&emsp;' : '  '
  const render = (): string =>
    escapeCharacters(text).replace(
      /\n((?: {2})*)/g,
      (_, spaces: string) => lineBreak + indent.repeat(spaces.length / 2),
    )
  return { kind: 'own', text, render }
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
  const parsed = /^https?:\/\//i.test(url) ? URL.parse(url) : null
  if (parsed === null) return null
  parsed.username = ''
  parsed.password = ''
  const encoded = parsed.href.replace(/[()<>[\]\\|"'`*\s]|\p{Cc}|\p{Cf}/gu, percentEncode)
  return encoded.length > maxUrl ? null : encoded
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

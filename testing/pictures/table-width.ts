import {
  descendantsOf,
  elementsIn,
  isElement,
  isText,
  type Element,
  type Node,
} from '../readers/html.ts'

/**
 * The least width of a table in GitHub's style sheet, in CSS pixels: that of the longest piece of
 * each column that is never broken. A table that needs more than the column of text is cut off.
 *
 * Chromium breaks lines at spaces and after hyphens, dashes, question marks and ellipses, in text
 * and in code, but not at slashes, dots or underscores. Compared with Chromium, the result is
 * right to within 3 percent with Liberation Sans, which has the widths of Arial and Helvetica.
 */
export function minimumWidth(table: Element): number {
  const rows = elementsIn(descendantsOf(table), 'tr').map(({ childNodes }) =>
    elementsIn(childNodes, 'th', 'td').map(longestPiece),
  )
  const columns = Math.max(...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column] ?? 0)),
  )
  return widths.reduce((sum, width) => sum + width + cellPadding + border, border)
}

const fontSize = 16
/** Left and right together. */
const cellPadding = 26
const border = 1
/** Code is set at 85%, in a font whose characters are 0.6 em wide. */
const codeSize = 0.85 * fontSize
const codeCharacter = 0.6 * codeSize
const codePadding = 0.4 * codeSize
/** Compared with normal text. */
const boldWidth = 1.08

const breakAfter = /[-?…–—\u200b]/
/** Punctuation stays with what is before it. */
const noBreakBefore = /[-)}\]?!…,.:;'"\uff00-\uff60]/
/** Lines are broken before and after each of these. */
const wide = /[\p{Ideographic}\p{Emoji_Presentation}]/u
const blocks = ['br', 'wbr', 'p', 'ul', 'ol', 'li', 'div', 'details', 'summary']

/** In thousandths of an em. */
const characterWidths: readonly (readonly [pattern: RegExp, width: number])[] = [
  [/[ijl'|]/, 230],
  [/[ft.,:;/\\!I[\]]/, 280],
  [/[r(){}"*`-]/, 360],
  [/[ckJsvxyz]/, 510],
  [/[mM]/, 840],
  [/[w]/, 730],
  [/[W@%]/, 1000],
  [/[A-Z&]/, 710],
  [/[!-~]/, 560],
]

function characterWidth(character: string): number {
  const width = characterWidths.find(([pattern]) => pattern.test(character))?.[1]
  // Emoji and CJK are the widest.
  return ((width ?? 1250) * fontSize) / 1000
}

type Style = { readonly bold: boolean; readonly code: boolean }

function longestPiece(cell: Element): number {
  let longest = 0
  let current = 0
  const add = (width: number): void => {
    current += width
    longest = Math.max(longest, current)
  }
  let mayBreak = false
  const addText = (text: string, { bold, code }: Style): void => {
    for (const character of text) {
      const isSpace = /\s/.test(character)
      const isWide = wide.test(character)
      if (isSpace || isWide || (mayBreak && !noBreakBefore.test(character))) current = 0
      if (!isSpace) add(code ? codeCharacter : characterWidth(character) * (bold ? boldWidth : 1))
      mayBreak = isWide || breakAfter.test(character)
    }
  }
  const walk = (node: Node, style: Style): void => {
    if (isText(node)) addText(node.value, style)
    if (!isElement(node)) return
    const { tagName, childNodes } = node
    const isBlock = blocks.includes(tagName)
    const inner = {
      bold: style.bold || ['b', 'strong', 'th'].includes(tagName),
      code: style.code || tagName === 'code',
    }
    if (isBlock) current = 0
    if (tagName === 'code') add(codePadding)
    for (const child of childNodes) walk(child, inner)
    if (tagName === 'code') add(codePadding)
    if (isBlock) current = 0
  }
  walk(cell, { bold: false, code: false })
  return longest
}

import { plainText } from '../core/text/neutralise.ts'

/** A longer text does not move the other lines' columns. */
const maxWidth = 60

/**
 * Lines with aligned columns. Each cell is reduced to plain text first: only the action itself aligns.
 *
 * @param maxCharacters of a cell.
 */
export function alignColumns(rows: readonly (readonly string[])[], maxCharacters = 500): string[] {
  const cells = rows.map((row) => row.map((cell) => plainText(cell, maxCharacters)))
  const widths: number[] = []
  for (const row of cells) {
    for (const [column, cell] of row.entries()) {
      const width = lengthOf(cell)
      if (width <= maxWidth) widths[column] = Math.max(widths[column] ?? 0, width)
    }
  }
  return cells.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - lengthOf(cell))))
      .join('  ')
      .trimEnd(),
  )
}

function lengthOf(text: string): number {
  return Array.from(text).length
}

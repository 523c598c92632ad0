import { takeLines } from './format.ts'

/** A column of a table in Markdown; `cell` returns Markdown, or `''` if there is nothing to say. */
export type Column<T> = {
  readonly title: string
  readonly cell: (item: T) => string
  /** Numbers are easier to compare if they end at the same place. */
  readonly isNumber?: boolean
}

export type TableOptions = {
  /** Limit of the complete text, in bytes of UTF-8. */
  readonly maxBytes: number
  /** Describes the rows beyond `maxOpenRows`, which are folded: `180 more files`. */
  readonly more: (count: number) => string
}

/** Rows that are shown without a click. */
export const maxOpenRows = 20

/** For the markup around the rows. */
const reservedBytes = 400

/**
 * Renders a table without the columns that are empty in every row.
 *
 * @returns the table, and how many of the items did not fit.
 */
export function renderTable<T>(
  columns: readonly Column<T>[],
  items: readonly T[],
  { maxBytes, more }: TableOptions,
): { readonly text: string; readonly omitted: number } {
  const room = maxBytes - reservedBytes
  const all: string[][] = []
  const fitting = takeLines(
    items,
    (item) => {
      const cells = columns.map(({ cell }) => cell(item))
      all.push(cells)
      return tableRow(cells)
    },
    room,
  )
  // The last row that was rendered did not fit.
  const rows = all.slice(0, fitting.length)
  const used = columns.map((_, index) => rows.some((cells) => cells[index] !== ''))
  const visible = <C>(cells: readonly C[]): C[] => cells.filter((_, index) => used[index])
  const head = tableHead(visible(columns))
  const lines = takeLines(rows, (cells) => tableRow(visible(cells)), room)
  if (lines.length === 0) return { text: '', omitted: items.length }
  const table = (part: readonly string[]): string => [head, ...part].join('\n')
  const folded = lines.slice(maxOpenRows)
  const parts = [
    table(lines.slice(0, maxOpenRows)),
    ...(folded.length === 0 ? [] : [fold(more(folded.length), table(folded))]),
  ]
  return { text: parts.join('\n\n'), omitted: items.length - lines.length }
}

/** A part that is only shown after a click. The title is HTML. */
export function fold(title: string, content: string, isOpen = false): string {
  return `<details${isOpen ? ' open' : ''}><summary>${title}</summary>\n\n${content}\n\n</details>`
}

export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

export function tableHead(columns: readonly Pick<Column<never>, 'title' | 'isNumber'>[]): string {
  const titles = tableRow(columns.map(({ title }) => title))
  return `${titles}\n${tableRow(columns.map(({ isNumber }) => (isNumber === true ? '--:' : '---')))}`
}

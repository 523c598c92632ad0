/**
 * The lines of a Markdown page, and which of them are code or quotations, also in list items (CommonMark
 * 0.31, sections 4.1, 4.4, 4.5, 5.1 and 5.2).
 */
export type Line = {
  readonly text: string
  /** In the page. */
  readonly offset: number
  /** Counted from 1. */
  readonly number: number
  /** Whether it is in a fenced code block, or begins or ends one. */
  readonly isFenced: boolean
  /** Whether it may be in an indented code block, or is in a quotation. */
  readonly isIndented: boolean
  readonly isQuoted: boolean
}

export type Lines = {
  readonly lines: readonly Line[]
  /** Line of the code block that nothing but the end of the page ends. */
  readonly openFence: number | undefined
}

type Fence = {
  readonly character: string
  readonly length: number
  readonly line: number
  /** Column of the list item that it is in; 0 if it is in none. */
  readonly column: number
}

type State = {
  readonly fence: Fence | undefined
  /** Columns at which the contents of the open list items begin. */
  readonly items: readonly number[]
  /** Whether the line before may go on in a paragraph. */
  readonly isText: boolean
}

/** A line within its list items. */
type Content = {
  readonly items: readonly number[]
  readonly column: number
  readonly content: string
}

export function splitLines(page: string): Lines {
  const lines: Line[] = []
  let state: State = { fence: undefined, items: [], isText: false }
  let offset = 0
  for (const [index, text] of page.split('\n').entries()) {
    const line = expandTabs(text.replace(/\r$/, ''))
    const before = state.fence && endsItem(line, state.fence.column) ? undefined : state.fence
    const { items, column, content } = before
      ? { ...state, column: before.column, content: line.slice(before.column) }
      : enterItems(line, state)
    const fence = nextFence(before, content, { line: index + 1, column })
    const isFenced = before !== undefined || fence !== undefined
    lines.push({
      text,
      offset,
      number: index + 1,
      isFenced,
      isIndented: line.startsWith(indent) || content.startsWith(indent),
      isQuoted: /^ {0,3}>/.test(content),
    })
    state = { fence, items, isText: !isFenced && isText(content) }
    offset += text.length + 1
  }
  const { fence } = state
  return { lines, openFence: fence?.column === 0 ? fence.line : undefined }
}

const indent = '    '

/** Tabs go to the next multiple of four columns. */
function expandTabs(line: string): string {
  return line
    .split('\t')
    .reduce((expanded, part) => `${expanded}${' '.repeat(4 - (expanded.length % 4))}${part}`)
}

/** Whether a line is outside of a list item. An empty one never is. */
function endsItem(line: string, column: number): boolean {
  return line.trim() !== '' && indentOf(line) < column
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

/** The list items that go on in a line, those that begin in it, and what they contain. */
function enterItems(line: string, { items, isText: followsText }: State): Content {
  if (line.trim() === '') return { items, column: items.at(-1) ?? 0, content: '' }
  // A paragraph goes on without the indentation of its item.
  const isLazy = followsText && isText(line)
  const open = items.filter((column) => column <= indentOf(line))
  let column = open.at(-1) ?? 0
  let content = line.slice(column)
  for (let width = markerWidth(content); width > 0; width = markerWidth(content)) {
    column += width
    content = content.slice(width)
    open.push(column)
  }
  return { items: isLazy ? items : open, column, content }
}

/** Columns from the beginning of a list item to its content; 0 if none begins here. */
function markerWidth(content: string): number {
  if (isRule(content)) return 0
  const [all = '', marker = '', blanks = ''] =
    /^( {0,3}(?:[-+*]|\d{1,9}[.)]))( +|$)/.exec(content) ?? []
  // Five blanks are one, and an indented code block.
  return blanks === '' && marker !== ''
    ? marker.length + 1
    : blanks.length > 4
      ? marker.length + 1
      : all.length
}

function isRule(content: string): boolean {
  return /^ {0,3}([-*_])(?: *\1){2,} *$/.test(content)
}

/** Whether a line may be text of a paragraph. */
function isText(content: string): boolean {
  return (
    content.trim() !== '' &&
    !isRule(content) &&
    !/^ {0,3}(?:[>#<|=]|[-+*]( |$)|1[.)] |`{3}|~{3})/.test(content)
  )
}

/** The fenced code block that is open after a line. */
function nextFence(
  fence: Fence | undefined,
  content: string,
  place: Pick<Fence, 'line' | 'column'>,
): Fence | undefined {
  if (fence === undefined) {
    const [, opening = ''] = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(content) ?? []
    const [character] = opening
    return character === undefined ? undefined : { character, length: opening.length, ...place }
  }
  const [, closing = ''] = /^ {0,3}(`{3,}|~{3,}) *$/.exec(content) ?? []
  return closing.startsWith(fence.character) && closing.length >= fence.length ? undefined : fence
}

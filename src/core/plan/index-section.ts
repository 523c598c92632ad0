import { prose, type Prose } from '../text/prose.ts'
import { splitLines } from './index-lines.ts'

/** What the action's part of an index page begins and ends with. */
export const indexMarks = {
  start: '<!-- mlflow-sync:index -->',
  end: '<!-- /mlflow-sync:index -->',
} as const

/** Why a page has no certain place for the index. */
export type Obstacle = { readonly problem: Prose; readonly line: number }

export type PlacedSection =
  { readonly kind: 'placed'; readonly text: string } | (Obstacle & { readonly kind: 'rejected' })

/** Whether a page has any mark of an index. */
export function hasIndexMarks(text: string): boolean {
  return findMarks(text).marks.length > 0
}

/**
 * Puts lines between the marks of a page, which are appended if there are none. No other byte changes,
 * and the lines end as those around them do.
 */
export function placeIndexSection(text: string, lines: readonly string[]): PlacedSection {
  const { marks } = findMarks(text)
  const obstacle = findConflict(text) ?? findMisplacedMark(marks)
  if (obstacle !== undefined) return { kind: 'rejected', ...obstacle }
  const [start, end] = marks
  const lineBreak = lineBreakOf(text, start, end)
  const content = ['', ...lines, ''].join(lineBreak)
  const placed =
    start === undefined || end === undefined
      ? append(text, `${indexMarks.start}${content}${indexMarks.end}`, lineBreak)
      : `${text.slice(0, start.end)}${content}${text.slice(end.start)}`
  // In a code block that never ends, the marks would not be found by the next sync.
  const { marks: found, openFence = 1 } = findMarks(placed)
  return found.length === 2
    ? { kind: 'placed', text: placed }
    : {
        kind: 'rejected',
        problem: prose`a code block that begins here is not closed`,
        line: openFence,
      }
}

/** After an empty line. The last line has a line break only if the text ended with one. */
function append(text: string, section: string, lineBreak: string): string {
  if (text === '' || text === '\uFEFF') return `${text}${section}${lineBreak}`
  if (!text.endsWith('\n')) return `${text}${lineBreak}${lineBreak}${section}`
  const separator = /\n\r?\n$/.test(text) ? '' : lineBreak
  return `${text}${separator}${section}${lineBreak}`
}

type Mark = {
  readonly isEnd: boolean
  /** Offsets in the text. */
  readonly start: number
  readonly end: number
  /** Counted from 1. */
  readonly line: number
}

type Marks = {
  readonly marks: readonly Mark[]
  /** Line of the code block that is still open at the end. */
  readonly openFence: number | undefined
}

const mark = /<!--[ \t]*(\/?)[ \t]*mlflow-sync:index[ \t]*-->/g

/** Finds the marks outside of code and quotations, in which people may write about them. */
function findMarks(text: string): Marks {
  const { lines, openFence } = splitLines(text)
  const marks = lines
    .filter(({ isFenced, isIndented, isQuoted }) => !isFenced && !isIndented && !isQuoted)
    .flatMap((line) =>
      [...hideCode(line.text).matchAll(mark)].map(({ 0: found, 1: slash, index }): Mark => {
        const start = line.offset + index
        return { isEnd: slash === '/', start, end: start + found.length, line: line.number }
      }),
    )
  return { marks, openFence }
}

/** Blanks out code spans, without moving anything else. */
function hideCode(line: string): string {
  return line.replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, (span) => ' '.repeat(span.length))
}

function findMisplacedMark(marks: readonly Mark[]): Obstacle | undefined {
  const [first, second, third] = marks
  if (first === undefined) return undefined
  if (first.isEnd) {
    return {
      line: first.line,
      problem: prose`there is no \`<!-- mlflow-sync:index -->\` before it`,
    }
  }
  if (second === undefined) {
    return {
      line: first.line,
      problem: prose`there is no \`<!-- /mlflow-sync:index -->\` after it`,
    }
  }
  const repeated = second.isEnd ? third : second
  return (
    repeated && {
      line: repeated.line,
      problem: prose`the mark of the index is there more than once`,
    }
  )
}

/**
 * Git's conflict markers; a line of equals signs alone may underline a heading. A page may show a
 * conflict in a code block. Only its beginning has to be outside, because the conflict itself may begin
 * a block that it does not end.
 */
function findConflict(text: string): Obstacle | undefined {
  const { lines } = splitLines(text)
  const start = lines.findIndex((line) => !line.isFenced && /^<{7}(?= |\r?$)/.test(line.text))
  const hasEnd = lines.slice(start + 1).some((line) => /^>{7}(?= |\r?$)/.test(line.text))
  return start < 0 || !hasEnd
    ? undefined
    : { line: start + 1, problem: prose`there are merge-conflict markers` }
}

/** The more frequent line break of the text around the section, or else of the complete text. */
function lineBreakOf(text: string, start: Mark | undefined, end: Mark | undefined): string {
  const around =
    start === undefined || end === undefined
      ? text
      : text.slice(0, start.end) + text.slice(end.start)
  const sample = around.includes('\n') ? around : text
  const windows = sample.split('\r\n').length - 1
  return 2 * windows > sample.split('\n').length - 1 ? '\r\n' : '\n'
}

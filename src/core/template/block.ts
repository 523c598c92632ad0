import { isMap, parseDocument } from 'yaml'
import { looksLikeHold } from '../values-file/hold.ts'
import { runStartBefore } from '../values-file/position.ts'
import { renderSegments, type PlaceholderValues } from './placeholder-values.ts'
import { parseSegments, type Segment, type TemplateScalar } from './placeholder.ts'

/** The source of a rendered block, and whether it certainly reads as the expected text. */
export type RenderedBlock = { readonly source: string; readonly isProven: boolean }

type Block = { readonly header: string; readonly body: string; readonly newline: string }

/**
 * Renders a block scalar line by line and keeps its style; undefined if a reader could read the
 * result as anything other than `expected`.
 */
export function renderBlockScalar(
  source: string,
  { node, segments }: TemplateScalar,
  values: PlaceholderValues,
  expected: string,
): RenderedBlock | undefined {
  const { srcToken } = node
  if (srcToken?.type !== 'block-scalar') return undefined
  if (!isSafeInBlock(expected) || looksLikeHold(expected)) return undefined
  const { header, body, newline } = splitBlock(source)
  const parent = srcToken.indent
  if (isUnterminated(header, body)) return undefined
  const indent = ' '.repeat(detectIndent(header, body, parent))
  const bodySegments = parseSegments(body)
  const rendered = bodySegments.map((segment) => {
    const text = renderSegments([segment], values)
    return segment.kind === 'placeholder'
      ? text.replace(/\n(?!\n)/g, `\n${indent}`).replaceAll('\n', newline)
      : text
  })
  const text = `${header}${newline}${rendered.join('')}`
  const isProven =
    hasSamePlaceholders(bodySegments, segments) &&
    bodySegments.every(({ kind }, index) => kind !== 'placeholder' || isWord(rendered[index] ?? ''))
  if (isProven) return { source: text, isProven }
  return parseBlock(text, parent) === expected ? { source: text, isProven } : undefined
}

/** Readers disagree on the last line break of such a block, unless it is stripped. */
function isUnterminated(header: string, body: string): boolean {
  return !body.endsWith('\n') && !/^[|>][1-9]?-/.test(header)
}

/** A fallback that the block folds is one placeholder in its text, and none in its source. */
function hasSamePlaceholders(source: readonly Segment[], text: readonly Segment[]): boolean {
  const placeholdersIn = (segments: readonly Segment[]): string =>
    JSON.stringify(segments.flatMap(({ kind, source }) => (kind === 'literal' ? [] : [source])))
  return placeholdersIn(source) === placeholdersIn(text)
}

/**
 * Whether a value leaves the lines of a block as they are: it adds none, and changes neither the
 * indentation of its line nor whether that line is blank.
 */
function isWord(text: string): boolean {
  return /^\S(?:.*\S)?$/.test(text)
}

/** Comment and trailing blank lines of a block, which must follow the scalar that replaces it. */
export function blockTrailer(source: string): string {
  const { header, body } = splitBlock(source)
  const comment = /[ \t]#[^]*/.exec(header)?.[0] ?? ''
  const blank = body.slice(runStartBefore(body, body.length, ' \r\n'))
  const lineBreak = /\r?\n/.exec(blank)
  return comment + blank.slice(lineBreak?.index ?? blank.length)
}

function splitBlock(source: string): Block {
  const end = source.indexOf('\n') + 1
  const newline = source.startsWith('\r', end - 2) ? '\r\n' : '\n'
  return { header: source.slice(0, end - newline.length), body: source.slice(end), newline }
}

/** Uses the indentation indicator in the header (`|2`) or else the first line that is not blank. */
function detectIndent(header: string, body: string, parent: number): number {
  const indicator = /^[|>][-+]?([1-9])/.exec(header)?.[1]
  if (indicator !== undefined) return parent + Number(indicator)
  return /(?: *\r?\n)*( *)/.exec(body)?.[1]?.length ?? 0
}

/**
 * Whether a block scalar can contain the text. Some reader of YAML 1.1 or 1.2 rejects these
 * characters or treats them as line breaks, and Helm rejects tabs at the start of a line.
 */
function isSafeInBlock(text: string): boolean {
  return !/[^\P{Cc}\n\t]|[\u2028\u2029\ufeff\ufffe\uffff]|^ *\t/mu.test(text)
}

function parseBlock(block: string, parent: number): unknown {
  const { contents, errors } = parseDocument(`${' '.repeat(parent)}block: ${block}`)
  return errors.length === 0 && isMap(contents) ? contents.get('block') : undefined
}

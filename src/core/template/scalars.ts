import { isPair, visit, type Document, type Scalar } from 'yaml'
import { findBlockPlace } from './json-source.ts'
import { parseSegments, type Segment, type TemplateScalar } from './placeholder.ts'

/** The line of an offset in the template, counted from 1. */
export type LineAt = (offset: number) => number

/** Finds all scalars with placeholders, or with what looks like one. */
export function findScalars(text: string, document: Document.Parsed): TemplateScalar[] {
  const scalars: TemplateScalar[] = []
  visit(document, {
    Scalar: (key, node, path) => {
      if (typeof node.value !== 'string' || !isParsed(node)) return
      const segments = parseSegments(node.value)
      const isUnchanged = segments.every(
        (segment) => segment.kind === 'literal' && segment.text === segment.source,
      )
      if (isUnchanged) return
      const isInKey = path.some((pair, index) => isKeyOf(pair, path[index + 1] ?? node))
      const place = segments.some(isJsonSegment)
        ? findBlockPlace(text, node, path.at(-1))
        : undefined
      scalars.push({ node, segments, isKey: key === 'key', isInKey, place })
    },
  })
  return scalars
}

export function isJsonSegment(segment: Segment): boolean {
  return segment.kind === 'placeholder' && segment.placeholder.isJson
}

function isKeyOf(pair: unknown, node: unknown): boolean {
  return isPair(pair) && pair.key === node
}

function isParsed(node: Scalar): node is Scalar.Parsed {
  return Array.isArray(node.range)
}

/** Finds each segment's line, or uses the scalar's first line if escapes or folding hide it. */
export function locateSegments(
  text: string,
  { range }: Scalar.Parsed,
  segments: readonly Segment[],
  lineAt: LineAt,
): { segment: Segment; line: number }[] {
  const [start, end] = range
  const source = text.slice(start, end)
  let from = 0
  return segments.map((segment) => {
    const found = segment.kind === 'literal' ? -1 : source.indexOf(segment.source, from)
    if (found < 0) return { segment, line: lineAt(start) }
    from = found + segment.source.length
    return { segment, line: lineAt(start + found) }
  })
}

import { Lexer } from 'yaml'

export type Comment = { readonly offset: number; readonly source: string }

/** The lexer emits control characters between lexemes; this one announces a scalar. */
const scalarMarker = '\x1f'
const markers: readonly string[] = [scalarMarker, '\x02', '\x18']

/** All comments of a YAML text, in order. A `#` inside a scalar does not start a comment. */
export function findComments(text: string): Comment[] {
  const comments: Comment[] = []
  let offset = 0
  let inScalar = false
  for (const lexeme of new Lexer().lex(text)) {
    if (!inScalar && markers.includes(lexeme)) {
      inScalar = lexeme === scalarMarker
      continue
    }
    if (!inScalar && lexeme.startsWith('#')) comments.push({ offset, source: lexeme })
    offset += lexeme.length
    inScalar = false
  }
  return comments
}

/**
 * Whether the file is on hold: it has the comment `# mlflow-sync: hold` on a line of its own. In a
 * file that is not valid YAML, every such line counts.
 */
export function isHeld(text: string, isYaml: boolean): boolean {
  const offsets = findHoldLines(text)
  if (offsets.size === 0 || !isYaml) return offsets.size > 0
  return findComments(text).some(({ offset }) => offsets.has(offset))
}

const holdLinePattern = /((?:^\uFEFF?|[\r\n])[ \t]*)# mlflow-sync: hold(?=[ \t\r\n]|$)/g

/** Offsets of the `#` in all lines that look like a hold comment, inside scalars too. */
function findHoldLines(text: string): ReadonlySet<number> {
  return new Set(
    Array.from(text.matchAll(holdLinePattern), (match) => match.index + (match[1]?.length ?? 0)),
  )
}

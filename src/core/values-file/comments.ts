import { Lexer } from 'yaml'

export type Comment = { readonly offset: number; readonly source: string }

/** Mark of the lexer, of no width: what comes next is a scalar. */
const scalarMark = '\x1f'
const marks: readonly string[] = [scalarMark, '\x02', '\x18']

/** All comments of a YAML text, in order; `#` inside a scalar is none. */
export function commentsOf(text: string): Comment[] {
  const comments: Comment[] = []
  let offset = 0
  let inScalar = false
  for (const lexeme of new Lexer().lex(text)) {
    if (!inScalar && marks.includes(lexeme)) {
      inScalar = lexeme === scalarMark
      continue
    }
    if (!inScalar && lexeme.startsWith('#')) comments.push({ offset, source: lexeme })
    offset += lexeme.length
    inScalar = false
  }
  return comments
}

/**
 * Whether a person asked, with the comment `# mlflow-sync: hold` on a line of its own, that the file
 * be left alone. In a file that is not YAML every such line counts.
 */
export function isHeld(text: string, isYaml: boolean): boolean {
  const offsets = holdOffsets(text)
  if (offsets.size === 0 || !isYaml) return offsets.size > 0
  return commentsOf(text).some(({ offset }) => offsets.has(offset))
}

const holdLine = /((?:^\uFEFF?|[\r\n])[ \t]*)# mlflow-sync: hold(?=[ \t\r\n]|$)/g

/** Where the `#` of each line that looks like the comment is. */
function holdOffsets(text: string): ReadonlySet<number> {
  return new Set(
    Array.from(text.matchAll(holdLine), (match) => match.index + (match[1]?.length ?? 0)),
  )
}

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

import { Lexer } from 'yaml'

/** A piece of a YAML text, as the lexer splits it. The pieces are the complete text. */
export type Lexeme = {
  readonly offset: number
  readonly source: string
  /** `flow-error` is empty: the lexer gives up on a collection whose indentation it rejects. */
  readonly kind: 'scalar' | 'flow-error' | 'other'
}

/** The lexer emits control characters between lexemes; these announce a scalar and a flow error. */
const scalarMarker = '\x1f'
const flowErrorMarker = '\x18'
const documentMarker = '\x02'

/** All lexemes of a YAML text, valid or not. Plain and block scalars are of kind `scalar`. */
export function* findLexemes(text: string): Generator<Lexeme> {
  let offset = 0
  let isScalar = false
  for (const source of new Lexer().lex(text)) {
    if (!isScalar && source === scalarMarker) {
      isScalar = true
    } else if (!isScalar && source === flowErrorMarker) {
      yield { offset, source: '', kind: 'flow-error' }
    } else if (isScalar || source !== documentMarker) {
      yield { offset, source, kind: isScalar ? 'scalar' : 'other' }
      offset += source.length
      isScalar = false
    }
  }
}

/**
 * Part of a message. `own` text was written for the reader of the message, and reaches them exactly.
 * `foreign` text comes from MLflow, GitHub, a file or an input, and may contain anything.
 */
export type Piece =
  | { readonly kind: 'foreign'; readonly text: string }
  /** `inTerminal` is what a terminal shows instead; undefined if it is the same. */
  | { readonly kind: 'own'; readonly text: string; readonly inTerminal?: string }
  /** `plain` is what stands for the link where there are none. */
  | {
      readonly kind: 'link'
      readonly text: string
      readonly url: string
      readonly plain: string
      readonly isCode: boolean
    }

/**
 * A message to a person. In own text, backticks enclose code and line feeds end lines; every place
 * where a message is shown decides how, and neutralises what is foreign.
 */
export type Prose = readonly Piece[]

/** Writes a message: the literal text is own, interpolated strings are foreign. */
export function prose(
  literals: TemplateStringsArray,
  ...values: readonly (string | number | Prose)[]
): Prose {
  return literals.flatMap((literal, index): Piece[] => [
    ...own(literal),
    ...(index < values.length ? toPieces(values[index] ?? '') : []),
  ])
}

function toPieces(value: string | number | Prose): Prose {
  if (typeof value === 'object') return value
  return typeof value === 'number' ? own(String(value)) : foreign(value)
}

/** Text that the action wrote itself, although it is not part of a literal. */
export function own(text: string): Prose {
  return text === '' ? [] : [{ kind: 'own', text }]
}

/** Own text that is not the same for the reader of a workflow and for one in a terminal. */
export function byPlace(inWorkflow: string, inTerminal: string): Prose {
  return [{ kind: 'own', text: inWorkflow, inTerminal }]
}

/** Where the action runs. */
export const thisMachine = byPlace('the runner', 'this machine')

/** Text from elsewhere. */
export function foreign(text: string): Prose {
  return text === '' ? [] : [{ kind: 'foreign', text }]
}

/** A link with an own text; where there are no links, the URL follows the text. */
export function linkTo(text: string, url: string): Prose {
  return [{ kind: 'link', text, url, plain: `${text} (${url})`, isCode: false }]
}

/** A link with a text that says enough without the URL. A name from elsewhere has to be code. */
export function reference(
  text: string,
  url: string,
  { plain = text, isCode = false }: { plain?: string; isCode?: boolean } = {},
): Prose {
  return [{ kind: 'link', text, url, plain, isCode }]
}

/** Joins messages with own text between them. Empty ones are left out. */
export function joinProse(messages: readonly Prose[], separator: string): Prose {
  return messages
    .filter((message) => message.length > 0)
    .flatMap((message, index) => (index === 0 ? message : [...own(separator), ...message]))
}

/** Sentences joined to a paragraph: one that does not end with a punctuation mark gets a full stop. */
export function joinSentences(sentences: readonly Prose[]): Prose {
  const ended = sentences
    .filter((sentence) => sentence.length > 0)
    .map((sentence) => (/[.!?:]`?$/.test(plain(sentence)) ? sentence : prose`${sentence}.`))
  return joinProse(ended, ' ')
}

/**
 * Several messages as a list, after an introduction. What an item has after its first line, such as a
 * list of its own, is indented below it.
 */
export function listProse(introduction: Prose, items: readonly Prose[]): Prose {
  return [introduction, ...items.map((item) => prose`\n- ${indentLines(item)}`)].flat()
}

function indentLines(message: Prose): Prose {
  return message.map((piece) =>
    piece.kind === 'own' ? { ...piece, text: piece.text.replaceAll('\n', '\n  ') } : piece,
  )
}

/** The message as it is, for readers that are not people: nothing is neutralised. */
export function plain(message: Prose): string {
  return message.map((piece) => (piece.kind === 'link' ? piece.plain : piece.text)).join('')
}

/** The message with foreign text that cannot begin a line. */
export function withoutBreaks(message: Prose): Prose {
  return message.map((piece) =>
    piece.kind === 'foreign' ? { ...piece, text: piece.text.replace(/\s+/g, ' ') } : piece,
  )
}

/** Changes the text of each piece, and the URLs. */
export function mapProse(message: Prose, change: (text: string) => string): Prose {
  return message.map((piece) =>
    piece.kind === 'link'
      ? {
          ...piece,
          text: change(piece.text),
          url: change(piece.url),
          plain: change(piece.plain),
        }
      : { ...piece, text: change(piece.text) },
  )
}

/** Without repetitions of the same message. */
export function distinctProse(messages: readonly Prose[]): Prose[] {
  return [...new Map(messages.map((message) => [plain(message), message])).values()]
}

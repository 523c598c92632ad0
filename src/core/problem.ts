import {
  distinctProse,
  joinSentences,
  listProse,
  own,
  plain,
  prose,
  type Prose,
} from './text/prose.ts'

/** A place in the repository, on the branch that was read. */
export type Location = {
  /** Relative to the root of the repository. */
  readonly path: string
  /** Counted from 1; undefined if the reason is about the file as a whole. */
  readonly line: number | undefined
  /** Counted from 1; only if it is known. */
  readonly column?: number | undefined
}

/** `line 4, column 7 of` the file. */
export function describePlace({ path, line, column }: Location): Prose {
  if (line === undefined) return prose`\`${path}\``
  const at = own(column === undefined ? `line ${line}` : `line ${line}, column ${column}`)
  return prose`${at} of \`${path}\``
}

/** What went wrong, and how to fix it in one or two sentences. */
export type Problem = {
  readonly message: Prose
  readonly advice: Prose | undefined
  /** The single mistakes that the message consists of, so that each can be shown at its place. */
  readonly mistakes: readonly Mistake[]
}

/** One of several things to correct. The text is complete by itself. */
export type Mistake = { readonly text: Prose; readonly location: Location | undefined }

/** Without repetitions of the same text at the same place. */
export function distinctMistakes(mistakes: readonly Mistake[]): Mistake[] {
  return [...new Map(mistakes.map((mistake) => [mistakeKey(mistake), mistake])).values()]
}

/** The same for mistakes with the same text at the same place. */
export function mistakeKey({ text, location }: Mistake): string {
  return JSON.stringify([plain(text), location])
}

/** A broken file can have thousands, which nobody reads. */
const maxListed = 500

/** A message that lists mistakes, one per line. */
export function listMistakes(introduction: Prose, mistakes: readonly Mistake[]): Prose {
  const omitted = mistakes.length - maxListed
  return listProse(introduction, [
    ...mistakes.slice(0, maxListed).map(({ text }) => text),
    ...(omitted > 0 ? [prose`and ${omitted} more`] : []),
  ])
}

/** Several problems as one, with the advice of each. */
export function joinProblems(problems: readonly Problem[]): Problem | undefined {
  const [first, ...others] = problems
  if (first === undefined || others.length === 0) return first
  return {
    message: listProse(
      prose`${problems.length} problems:`,
      problems.map(({ message }) => message),
    ),
    advice: joinSentences(distinctProse(problems.map(({ advice = [] }) => advice))),
    mistakes: distinctMistakes(
      problems.flatMap(({ message, mistakes }) =>
        mistakes.length > 0 ? mistakes : [{ text: message, location: undefined }],
      ),
    ),
  }
}

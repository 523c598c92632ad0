import { distinctProse, joinSentences, listProse, prose, type Prose } from './text/prose.ts'

/** A place in the repository, on the branch that was read. */
export type Location = {
  /** Relative to the root of the repository. */
  readonly path: string
  /** Counted from 1; undefined if the reason is about the file as a whole. */
  readonly line: number | undefined
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

/** A message that lists mistakes, one per line. */
export function listMistakes(introduction: Prose, mistakes: readonly Mistake[]): Prose {
  return listProse(
    introduction,
    mistakes.map(({ text }) => text),
  )
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
    mistakes: problems.flatMap(({ message, mistakes }) =>
      mistakes.length > 0 ? mistakes : [{ text: message, location: undefined }],
    ),
  }
}

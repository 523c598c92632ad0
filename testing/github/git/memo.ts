import { isOid } from './loose.ts'
import { GitError, type RunGit } from './run.ts'

type Answer = { readonly output: string } | { readonly error: GitError }

/** Remembers what git printed about objects that are named by their ids. */
export class Memo {
  readonly #run: RunGit
  readonly #answers = new Map<string, Answer>()

  constructor(run: RunGit) {
    this.#run = run
  }

  /** Runs git, at most once if all of `names` are ids. */
  run(args: readonly string[], names: readonly string[]): string {
    if (!names.every(isOid)) return this.#run(args)
    const key = args.join('\0')
    const answer = this.#answers.get(key) ?? this.#answer(args)
    this.#answers.set(key, answer)
    if ('error' in answer) throw answer.error
    return answer.output
  }

  #answer(args: readonly string[]): Answer {
    try {
      return { output: this.#run(args) }
    } catch (error) {
      if (error instanceof GitError && error.status === 1) return { error }
      throw error
    }
  }
}

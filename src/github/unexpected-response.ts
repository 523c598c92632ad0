import type { GitHubError } from '../core/errors.ts'

/** A complete response that is neither what was asked for nor a refusal. */
export class UnexpectedResponse extends Error {
  /** What to report if there is no better response. */
  readonly error: GitHubError

  constructor(error: GitHubError) {
    super(error.message)
    this.error = error
  }
}

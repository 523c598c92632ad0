import { listMistakes, type Mistake, type Problem } from './problem.ts'
import { byPlace, plain, prose, type Prose } from './text/prose.ts'

type ErrorDetails = {
  readonly advice?: Prose | undefined
  readonly mistakes?: readonly Mistake[]
  readonly cause?: unknown
}

/** Base class of all errors that the action raises on purpose. The message says what failed. */
export class ActionError extends Error {
  override readonly name: string = 'ActionError'
  /** How to fix it, in one or two sentences. */
  readonly advice: Prose | undefined
  /** The message, for people; `message` is the same without marks. */
  readonly text: Prose
  /** The single mistakes that the message lists; empty if it is about one thing. */
  readonly mistakes: readonly Mistake[]

  constructor(text: Prose, options: ErrorDetails = {}) {
    super(plain(text), { cause: options.cause })
    this.text = text
    this.advice = options.advice
    this.mistakes = options.mistakes ?? []
  }
}

/** Invalid inputs, found before any request is sent. */
export class InputError extends ActionError {
  override readonly name = 'InputError'
  /** One sentence per problem, starting with the name of the input. */
  readonly problems: readonly Prose[]

  constructor(problems: readonly Prose[]) {
    const mistakes = problems.map((text): Mistake => ({ text, location: undefined }))
    super(
      problems.length === 1
        ? prose`Invalid input: ${problems[0] ?? ''}`
        : listMistakes(prose`${problems.length} invalid inputs:`, mistakes),
      {
        advice: prose`Correct the inputs under \`with:\`, or the environment variables, of this step.`,
        mistakes,
      },
    )
    this.problems = problems
  }
}

/** MLflow, or a gateway in front of it, did not send a usable response. */
export class MlflowError extends ActionError {
  override readonly name = 'MlflowError'
  /** HTTP status; undefined if there was no response. */
  readonly status: number | undefined
  /** MLflow's `error_code`, e.g. `RESOURCE_DOES_NOT_EXIST`. */
  readonly code: string | undefined
  /** Whether the response was too large, so that it may help to ask for less. */
  readonly isTooLarge: boolean
  /** Whether MLflow rejects the filter that a person wrote, and nothing else is wrong. */
  readonly isFilterRejected: boolean

  constructor(
    text: Prose,
    options: ErrorDetails & {
      status?: number | undefined
      code?: string | undefined
      isTooLarge?: boolean
      isFilterRejected?: boolean
    } = {},
  ) {
    super(text, options)
    this.status = options.status
    this.code = options.code
    this.isTooLarge = options.isTooLarge ?? false
    this.isFilterRejected = options.isFilterRejected ?? false
  }
}

/** Reasons for a rejection by GitHub that the action reacts to. */
export type GitHubReason =
  /** The branch is not at the commit that was read. */
  | 'branch-moved'
  | 'already-exists'
  /** The request is too large, and can be divided. */
  | 'too-large'
  /** So is the response. */
  | 'response-too-large'
  /** It does not exist, or the token may not see it. */
  | 'hidden'
  /** Two commits that were compared have no ancestor in common. */
  | 'no-common-history'
  /** GitHub limits the rate of requests, for longer than a sync may wait. */
  | 'rate-limit'

/** GitHub rejected a request or did not send a usable response. */
export class GitHubError extends ActionError {
  override readonly name = 'GitHubError'
  /** HTTP status (200 for a GraphQL error); undefined if there was no response. */
  readonly status: number | undefined
  /** Undefined if the action only reports the error. */
  readonly reason: GitHubReason | undefined
  /** True if the response to a write was lost, so that the write may have succeeded. */
  readonly outcomeUnknown: boolean
  /**
   * True if a write was certainly not carried out: GitHub itself refused it, or it never got there. A
   * refusal by something in between may come after GitHub's success.
   */
  readonly isRefused: boolean

  constructor(
    text: Prose,
    options: ErrorDetails & {
      status?: number | undefined
      reason?: GitHubReason | undefined
      outcomeUnknown?: boolean
      isRefused?: boolean
    } = {},
  ) {
    super(text, options)
    this.status = options.status
    this.reason = options.reason
    this.outcomeUnknown = options.outcomeUnknown ?? false
    this.isRefused = options.isRefused ?? false
  }
}

/** Whether an error says that a write was certainly not carried out. */
export function isCertainRefusal(error: unknown): error is GitHubError {
  return error instanceof GitHubError && error.isRefused
}

/** The sync cannot continue, or has stopped to avoid doing harm. */
export class SyncError extends ActionError {
  override readonly name = 'SyncError'
}

/** Converts an error into user-facing text. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ActionError) {
    const { text, advice, mistakes } = error
    return { message: text, advice, mistakes }
  }
  return {
    message: prose`Unexpected error: ${error instanceof Error ? error.message : String(error)}`,
    advice: prose`This is a bug in mlflow-sync: please report it with the log at debug level (${byPlace('set the variable `ACTIONS_STEP_DEBUG` to `true`', 'add `--debug`')}).`,
    mistakes: [],
  }
}

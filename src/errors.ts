import type { Problem } from './core/result.ts'

/** Base of all errors that the action raises on purpose: what failed, and what to do about it. */
export class ActionError extends Error {
  override readonly name: string = 'ActionError'
  /** The way out, as one or two sentences to the person who reads the log. */
  readonly advice: string | undefined

  constructor(message: string, options: { advice?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.advice = options.advice
  }
}

/** Inputs that can't be used; found before any request. */
export class InputError extends ActionError {
  override readonly name = 'InputError'
  /** One sentence for each fault; each begins with the input's name. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(
      problems.length === 1
        ? `Invalid input: ${problems[0] ?? ''}`
        : `${problems.length} invalid inputs: ${problems.join('; ')}`,
      { advice: 'Correct the inputs under `with:` (or the environment variables) of the step.' },
    )
    this.problems = problems
  }
}

/** MLflow, or something in front of it, did not give a usable answer. */
export class MlflowError extends ActionError {
  override readonly name = 'MlflowError'
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined
  /** MLflow's `error_code`, e.g. `RESOURCE_DOES_NOT_EXIST`. */
  readonly code: string | undefined

  constructor(
    message: string,
    options: { advice?: string; cause?: unknown; status?: number; code?: string } = {},
  ) {
    super(message, options)
    this.status = options.status
    this.code = options.code
  }
}

/** Refusals by GitHub that the action reacts to. */
export type GitHubReason =
  /** A branch is not, or no longer, where it was read. */
  | 'branch-moved'
  /** Branch protection, a ruleset or push protection. */
  | 'rule'
  /** The token lacks a permission. */
  | 'forbidden'
  | 'already-exists'
  /** Too much for one request. */
  | 'too-large'

/** GitHub refused, or did not give a usable response. */
export class GitHubError extends ActionError {
  override readonly name = 'GitHubError'
  /** HTTP status (200 for a GraphQL error); undefined when there was no response. */
  readonly status: number | undefined
  /** Undefined for everything that the action only reports. */
  readonly reason: GitHubReason | undefined
  /** True when a write may have been made although its response was lost. */
  readonly outcomeUnknown: boolean

  constructor(
    message: string,
    options: {
      advice?: string
      cause?: unknown
      status?: number
      reason?: GitHubReason | undefined
      outcomeUnknown?: boolean
    } = {},
  ) {
    super(message, options)
    this.status = options.status
    this.reason = options.reason
    this.outcomeUnknown = options.outcomeUnknown ?? false
  }
}

/** The sync stopped itself rather than do something that it must not do. */
export class SyncError extends ActionError {
  override readonly name = 'SyncError'
}

/** What went wrong, for people. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ActionError) return { message: error.message, advice: error.advice }
  return {
    message: `Unexpected error: ${error instanceof Error ? error.message : String(error)}`,
    advice: 'This is a bug in mlflow-sync: please report it with the log at debug level.',
  }
}

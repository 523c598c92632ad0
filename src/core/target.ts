import type { NameMatcher } from './glob.ts'

/** Which model versions are deployed. */
export type Selection = {
  /** Registered models by name. */
  readonly models: NameMatcher
  /** Only versions with one of these aliases; empty: aliases do not matter. */
  readonly aliases: readonly string[]
  /** MLflow model-version filter, passed through. */
  readonly filter: string | undefined
  /** MLflow run filter that the training run must match, passed through. */
  readonly runFilter: string | undefined
  /** Younger versions are ignored. */
  readonly minimumAgeMs: number
}

/** One directory of values files, and which versions belong in it. */
export type Target = {
  readonly name: string
  /** Relative to the root of the repository, which is `''`. */
  readonly directory: string
  /** Path of the template for new files in the repository; undefined: the built-in one. */
  readonly template: string | undefined
  readonly selection: Selection
  /** Undefined: files whose run is no longer selected stay. */
  readonly prune: { readonly maxDeletions: number } | undefined
}

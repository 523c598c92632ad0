import type { NameMatcher } from './glob.ts'

/** Which model versions are deployed. */
export type Selection = {
  /** Matches the names of registered models. */
  readonly models: NameMatcher
  /** Only versions with one of these aliases; empty means any version. */
  readonly aliases: readonly string[]
  /** MLflow model-version filter, passed through unchanged. */
  readonly filter: string | undefined
  /** MLflow run filter that the training run must match, passed through unchanged. */
  readonly runFilter: string | undefined
  /** Versions younger than this are ignored. */
  readonly minimumAgeMs: number
}

/** A directory of values files, and the selection of versions that belong in it. */
export type Target = {
  readonly name: string
  /** Relative to the root of the repository, which is `''`. */
  readonly directory: string
  /**
   * Path of the template for new files in the repository; undefined means the built-in template.
   */
  readonly template: string | undefined
  readonly selection: Selection
  /** Undefined: files whose run is no longer selected are kept. */
  readonly prune: { readonly maxDeletions: number } | undefined
}

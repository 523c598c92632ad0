import type { Selection } from './select.ts'

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

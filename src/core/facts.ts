import type { LoggedModel, RunLookup } from './registry.ts'

/** A version's source with copies (`models:/name/1`) followed to their origin, or why that failed. */
export type ResolvedSource =
  { readonly ok: true; readonly source: string } | { readonly ok: false; readonly problem: string }

/**
 * What MLflow says about one run, as far as its file depends on it. Everything but `run` matters to
 * new files only, and is read for them alone.
 */
export type RunFacts = {
  readonly run: RunLookup
  readonly source: ResolvedSource
  /** The logged model that the source names. */
  readonly loggedModel: LoggedModel | undefined
  /** Read only if the template asks for it. */
  readonly experimentName: string | undefined
  readonly aliases: readonly string[]
}

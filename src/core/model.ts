/** What the action knows of MLflow's Model Registry, freed of MLflow's wire format. */

/** One version of a registered model. */
export type ModelVersion = {
  /** Registered model's name. */
  readonly name: string
  /** Number of the version as MLflow writes it: a decimal string. */
  readonly version: string
  /** Creation time in milliseconds since 1970, UTC. */
  readonly creationTime: number
  /** `READY`, `PENDING_REGISTRATION`, `FAILED_REGISTRATION`; absent counts as ready. */
  readonly status: string | undefined
  /** Training run; empty when MLflow names none. */
  readonly runId: string
  /** Where the version came from: an artifact URI, `runs:/…`, `models:/m-…` or `models:/name/version`. */
  readonly source: string
  readonly description: string
  readonly tags: Readonly<Record<string, string>>
  /** Present only when the aliases were asked for (one listing of the registered models). */
  readonly aliases: readonly string[]
}

/** A training run. */
export type Run = {
  readonly id: string
  readonly name: string
  readonly experimentId: string
  readonly lifecycle: 'active' | 'deleted'
  /** Root of the run's artifacts, e.g. `mlflow-artifacts:/1/<run>/artifacts`; may be empty. */
  readonly artifactUri: string
  readonly params: Readonly<Record<string, string>>
  /** Latest value of each metric; may hold NaN and infinities. */
  readonly metrics: Readonly<Record<string, number>>
  readonly tags: Readonly<Record<string, string>>
}

/** A logged model of MLflow 3 (`m-…`). */
export type LoggedModel = {
  readonly id: string
  readonly name: string
  readonly experimentId: string
  /** Run that logged it; empty when there is none. */
  readonly sourceRunId: string
  /** Root of the model's artifacts, e.g. `mlflow-artifacts:/1/models/m-…/artifacts`. */
  readonly artifactUri: string
}

/** What MLflow says about a run. */
export type RunLookup =
  | { readonly kind: 'found'; readonly run: Run }
  /** Deleted permanently, or hidden from this user. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly reason: string }

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

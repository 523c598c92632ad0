import type { Prose } from './text/prose.ts'

/** MLflow's Model Registry as the action sees it, independent of MLflow's wire format. */

/** One version of a registered model. */
export type ModelVersion = {
  /** Name of the registered model. */
  readonly name: string
  /** Version number as a decimal string, as in MLflow. */
  readonly version: string
  /** Creation time in milliseconds since 1970, UTC. */
  readonly creationTime: number
  /** `READY`, `PENDING_REGISTRATION`, `FAILED_REGISTRATION`; undefined counts as ready. */
  readonly status: string | undefined
  /** Id of the training run; empty if MLflow does not name one. */
  readonly runId: string
  /** What was registered: an artifact URI, `runs:/…`, `models:/m-…` or `models:/name/version`. */
  readonly source: string
  readonly description: string
  readonly tags: Readonly<Record<string, string>>
  /** Empty unless requested, because reading aliases takes a listing of the registered models. */
  readonly aliases: readonly string[]
  /**
   * Why the version cannot be used, if MLflow sent invalid fields; then only its name, version number
   * and run id mean something, and even they can be empty.
   */
  readonly problem: Prose | undefined
}

/** A registered model. */
export type RegisteredModel = ModelAliases & { readonly facts: RegisteredModelFacts }

/** The aliases of a registered model. */
export type ModelAliases = {
  readonly name: string
  readonly aliases: readonly { readonly alias: string; readonly version: string }[]
  /** Why some of its aliases are not known, if MLflow sent invalid fields. */
  readonly problem: Prose | undefined
}

/** What templates can say about a registered model. */
export type RegisteredModelFacts = {
  readonly description: string
  readonly tags: Readonly<Record<string, string>>
  /** Why neither is known. */
  readonly problem: Prose | undefined
}

/** Identifies a model version; the version comes first because names may contain slashes. */
export function versionKey({ name, version }: Pick<ModelVersion, 'name' | 'version'>): string {
  return `${version}/${name}`
}

/** A training run. */
export type Run = {
  readonly id: string
  readonly name: string
  readonly experimentId: string
  readonly lifecycle: 'active' | 'deleted'
  /** `RUNNING`, `SCHEDULED`, `FINISHED`, `FAILED` or `KILLED`; empty if MLflow does not say. */
  readonly status: string
  /** Who started it; empty if MLflow does not say. */
  readonly user: string
  /** Root of the run's artifacts, e.g. `mlflow-artifacts:/1/<run>/artifacts`; can be empty. */
  readonly artifactUri: string
  readonly params: Readonly<Record<string, string>>
  /** Latest value of each metric; can be NaN or infinite. */
  readonly metrics: Readonly<Record<string, number>>
  readonly tags: Readonly<Record<string, string>>
}

/** A logged model of MLflow 3. */
export type LoggedModel = {
  /** `m-` and 32 hexadecimal digits. */
  readonly id: string
  readonly experimentId: string
  /** Id of the run that logged it; empty if there is none. */
  readonly sourceRunId: string
  /** Root of the model's artifacts, e.g. `mlflow-artifacts:/1/models/m-…/artifacts`. */
  readonly artifactUri: string
}

/** `full` includes parameters, metrics and tags; `basic` does not. */
export type RunDetail = 'full' | 'basic'

/** Result of looking up a run. */
export type RunLookup =
  | { readonly kind: 'found'; readonly run: Run }
  /** Deleted permanently, or hidden from this user. */
  | { readonly kind: 'missing' }
  /** MLflow rejected a request about the run, or sent data that cannot be used. */
  | {
      readonly kind: 'failed'
      readonly reason: Prose
      readonly cause: 'rejected' | 'malformed'
    }

/** A version's source with copies (`models:/name/1`) followed to their origin, or why it is unknown. */
export type ResolvedSource =
  { readonly ok: true; readonly source: string } | { readonly ok: false; readonly problem: Prose }

/** What decides where a version's artifacts are. */
export type ArtifactFacts = {
  readonly source: ResolvedSource
  /** The logged model that the source names, if MLflow has it; only read when it is needed. */
  readonly loggedModel: LoggedModel | undefined
}

/** Everything in MLflow that the file of one run depends on. */
export type RunFacts = {
  readonly run: RunLookup
  readonly artifacts: ArtifactFacts
  /**
   * The artifacts of the version that the existing file names, if the selected version is another
   * one and MLflow still lists the former.
   */
  readonly previousArtifacts: ArtifactFacts | undefined
  /** Only read for a new file whose template uses it. */
  readonly experimentName: string | undefined
  /** Only read for a new file whose template uses it, or if the selection uses aliases. */
  readonly aliases: readonly string[]
  /** Only read for a new file whose template uses it. */
  readonly registeredModel: RegisteredModelFacts | undefined
  /** The storage URI that MLflow resolves. Only read for a new file whose template uses it. */
  readonly uri: ResolvedSource | undefined
}

import { runAction, type Inputs, type StepOptions } from './action.ts'
import type { RecordedRequest } from './github/faults.ts'
import type { Repository } from './github/repository.ts'
import type { GitHub } from './github/server.ts'
import type { MlflowApi, RegisteredVersion, RunSpec, Texts } from './mlflow/api.ts'
import type { Gateway, GatewayRequest } from './mlflow/gateway.ts'
import type { Step } from './step.ts'

/** A step and the requests that arrived while it ran. */
export type SyncStep = Step & {
  readonly githubRequests: readonly RecordedRequest[]
  /** Empty unless the world sends requests through its gateway. */
  readonly mlflowRequests: readonly GatewayRequest[]
}

export type SyncOptions = Partial<Omit<StepOptions, 'inputs' | 'github'>> & {
  readonly token?: string
}

type Servers = {
  readonly api: MlflowApi
  readonly experimentId: string
  readonly github: GitHub
  readonly gateway: Gateway
  /** Where the action finds MLflow. */
  readonly trackingUri: string
}

/** Retries without waiting. */
const fastRetries = {
  MLFLOW_HTTP_REQUEST_MAX_RETRIES: '2',
  MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: '0',
  MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: '0',
}

/** A repository, and models that only this project syncs into it. */
export class Project {
  readonly repository: Repository
  readonly #servers: Servers
  readonly #prefix: string

  /** With an empty prefix, the project syncs every model of the registry. */
  constructor(servers: Servers, repository: Repository, prefix: string) {
    this.#servers = servers
    this.repository = repository
    this.#prefix = prefix
  }

  /** The full name of a model, which no other project uses. */
  model(name: string): string {
    return this.#prefix + name
  }

  createRun(spec: RunSpec = {}): Promise<string> {
    return this.#servers.api.createRun(this.#servers.experimentId, spec)
  }

  /** Creates a run and registers its model as MLflow's client does. */
  register(
    name: string,
    spec: RunSpec & { readonly versionTags?: Texts } = {},
  ): Promise<RegisteredVersion> {
    return this.#servers.api.register(this.#servers.experimentId, this.model(name), spec)
  }

  /** Registers a model outside of MLflow's artifact store, for a given run or a new one. */
  async registerExternal(
    name: string,
    given: { readonly runId?: string; readonly source?: string } = {},
  ): Promise<RegisteredVersion> {
    const { runId = await this.createRun(), source = 's3://bucket/model' } = given
    const version = { name: this.model(name), source, runId, modelId: undefined }
    return { ...version, version: await this.#servers.api.createVersion(version) }
  }

  /** Runs the action. The inputs are added to the addresses and to the choice of models. */
  async sync(inputs: Inputs = {}, options: SyncOptions = {}): Promise<SyncStep> {
    const { github, gateway, trackingUri } = this.#servers
    const { token = github.token, env = {}, ...rest } = options
    const seen = { github: github.requests.length, mlflow: gateway.requests.length }
    const step = await runAction({
      repository: this.repository.fullName,
      ...rest,
      github: { apiUrl: github.apiUrl, graphqlUrl: github.graphqlUrl, token },
      inputs: {
        'mlflow-tracking-uri': trackingUri,
        ...(this.#prefix === '' ? {} : { models: `${this.#prefix}*` }),
        ...inputs,
      },
      env: { ...fastRetries, ...env },
    })
    return Object.assign(step, {
      githubRequests: github.requests.slice(seen.github),
      mlflowRequests: gateway.requests.slice(seen.mlflow),
    })
  }
}

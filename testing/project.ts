import { runAction, type Inputs, type StepOptions } from './action.ts'
import type { RecordedRequest } from './github/faults.ts'
import type { Repository } from './github/repository.ts'
import type { GitHub } from './github/server.ts'
import type { MlflowApi, RegisteredVersion, RunSpec, StringMap } from './mlflow/api.ts'
import type { Gateway, GatewayRequest } from './mlflow/gateway.ts'
import type { Step } from './step.ts'

/** A step and the requests that arrived while it ran. */
export type SyncStep = Step & {
  readonly githubRequests: readonly RecordedRequest[]
  /** Empty unless the world has `throughGateway`. */
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
  /** URL of MLflow itself or of the gateway. */
  readonly trackingUri: string
}

/** Retries without waiting. */
const fastRetries = {
  MLFLOW_HTTP_REQUEST_MAX_RETRIES: '2',
  MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: '0',
  MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: '0',
}

/** A repository, and the models that are synced to it. */
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

  /** The full name of a model, with the project's prefix. */
  model(name: string): string {
    return this.#prefix + name
  }

  createRun(spec: RunSpec = {}): Promise<string> {
    return this.#servers.api.createRun(this.#servers.experimentId, spec)
  }

  /** Creates a run and registers its model as MLflow's client does. */
  register(
    name: string,
    spec: RunSpec & { readonly versionTags?: StringMap } = {},
  ): Promise<RegisteredVersion> {
    return this.#servers.api.register(this.#servers.experimentId, this.model(name), spec)
  }

  /** Registers a model in another store than MLflow's own, for the given run or a new one. */
  async registerExternal(
    name: string,
    given: { readonly runId?: string; readonly source?: string } = {},
  ): Promise<RegisteredVersion> {
    const { runId = await this.createRun() } = given
    const { source = `s3://bucket/1/${runId}/artifacts/model` } = given
    const version = { name: this.model(name), source, runId, modelId: undefined }
    return { ...version, version: await this.#servers.api.createVersion(version) }
  }

  /** Runs the action. By default, it syncs this project's models from the world's MLflow. */
  async sync(inputs: Inputs = {}, options: SyncOptions = {}): Promise<SyncStep> {
    const { github, gateway, trackingUri } = this.#servers
    const { token = github.token, env = {}, ...rest } = options
    const before = { github: github.requests.length, mlflow: gateway.requests.length }
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
      githubRequests: github.requests.slice(before.github),
      mlflowRequests: gateway.requests.slice(before.mlflow),
    })
  }
}

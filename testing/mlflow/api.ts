import type { MlflowAddress } from './server.ts'

export type StringMap = Readonly<Record<string, string>>

export type RunSpec = {
  readonly name?: string
  readonly params?: StringMap
  readonly metrics?: Readonly<Record<string, number>>
  readonly tags?: StringMap
}

export type VersionSpec = {
  readonly name: string
  readonly source: string
  readonly runId?: string | undefined
  readonly modelId?: string | undefined
  readonly tags?: StringMap
}

/** A registered version. Also a valid `VersionSpec`, for registering its run once more. */
export type RegisteredVersion = {
  readonly name: string
  readonly version: string
  readonly source: string
  readonly runId: string
  /** The logged model; only with MLflow 3. */
  readonly modelId: string | undefined
}

/** Creates experiments, runs and models with the requests that MLflow's Python client sends. */
export class MlflowApi {
  readonly #server: Pick<MlflowAddress, 'url' | 'version'>

  constructor(server: Pick<MlflowAddress, 'url' | 'version'>) {
    this.#server = server
  }

  async createExperiment(name: string): Promise<string> {
    const body = await this.#post<{ experiment_id: string }>('experiments/create', { name })
    return body.experiment_id
  }

  async createRun(experimentId: string, spec: RunSpec = {}): Promise<string> {
    const { run } = await this.#post<{ run: { info: { run_id: string } } }>('runs/create', {
      experiment_id: experimentId,
      start_time: Date.now(),
      run_name: spec.name,
      tags: keyValues(spec.tags),
    })
    const runId = run.info.run_id
    const metrics = Object.entries(spec.metrics ?? {}).map(([key, value]) => ({
      key,
      value,
      timestamp: Date.now(),
      step: 0,
    }))
    const params = keyValues(spec.params)
    if (metrics.length + params.length > 0) {
      await this.#post('runs/log-batch', { run_id: runId, metrics, params })
    }
    await this.#post('runs/update', { run_id: runId, status: 'FINISHED', end_time: Date.now() })
    return runId
  }

  async deleteRun(runId: string): Promise<void> {
    await this.#post('runs/delete', { run_id: runId })
  }

  async createLoggedModel(experimentId: string, name: string, runId: string): Promise<string> {
    const { model } = await this.#post<{ model: { info: { model_id: string } } }>('logged-models', {
      experiment_id: experimentId,
      name,
      source_run_id: runId,
    })
    const id = model.info.model_id
    const status = 'LOGGED_MODEL_READY'
    await this.#call('PATCH', `logged-models/${id}`, { model_id: id, status })
    return id
  }

  /** Also creates the registered model unless it exists. */
  async createVersion({ name, source, runId, modelId, tags }: VersionSpec): Promise<string> {
    await this.#post('registered-models/create', { name }).catch((error: unknown) => {
      if (!String(error).includes('RESOURCE_ALREADY_EXISTS')) throw error
    })
    const { model_version: created } = await this.#post<{ model_version: { version: string } }>(
      'model-versions/create',
      { name, source, run_id: runId, model_id: modelId, tags: keyValues(tags) },
    )
    return created.version
  }

  /** The tags of a version, as MLflow has them now. */
  async versionTags(name: string, version: string): Promise<StringMap> {
    const query = new URLSearchParams({ name, version }).toString()
    const { model_version: found } = await this.#call<{
      model_version: { tags?: { key: string; value: string }[] }
    }>('GET', `model-versions/get?${query}`)
    return Object.fromEntries((found.tags ?? []).map(({ key, value }) => [key, value]))
  }

  async setVersionTag(name: string, version: string, key: string, value: string): Promise<void> {
    await this.#post('model-versions/set-tag', { name, version, key, value })
  }

  async deleteVersionTag(name: string, version: string, key: string): Promise<void> {
    await this.#call('DELETE', 'model-versions/delete-tag', { name, version, key })
  }

  async deleteVersion(name: string, version: string): Promise<void> {
    await this.#call('DELETE', 'model-versions/delete', { name, version })
  }

  async deleteModel(name: string): Promise<void> {
    await this.#call('DELETE', 'registered-models/delete', { name })
  }

  async renameModel(name: string, newName: string): Promise<void> {
    await this.#post('registered-models/rename', { name, new_name: newName })
  }

  /** Sets the description and tags of a registered model. */
  async describeModel(name: string, description: string, tags: StringMap = {}): Promise<void> {
    await this.#call('PATCH', 'registered-models/update', { name, description })
    for (const { key, value } of keyValues(tags)) {
      await this.#post('registered-models/set-tag', { name, key, value })
    }
  }

  async deleteAlias(name: string, alias: string): Promise<void> {
    await this.#call('DELETE', 'registered-models/alias', { name, alias })
  }

  async setAlias(name: string, alias: string, version: string): Promise<void> {
    await this.#post('registered-models/alias', { name, alias, version })
  }

  /** Creates a run and registers its model as clients of the server's major version do. */
  async register(
    experimentId: string,
    name: string,
    spec: RunSpec & { readonly versionTags?: StringMap } = {},
  ): Promise<RegisteredVersion> {
    const runId = await this.createRun(experimentId, spec)
    const modelId =
      this.#server.version === 3
        ? await this.createLoggedModel(experimentId, 'model', runId)
        : undefined
    const source =
      modelId === undefined
        ? `mlflow-artifacts:/${experimentId}/${runId}/artifacts/model`
        : `models:/${modelId}`
    const tags = spec.versionTags ?? {}
    const version = await this.createVersion({ name, source, runId, modelId, tags })
    return { name, version, source, runId, modelId }
  }

  #post<T>(path: string, body: unknown): Promise<T> {
    return this.#call('POST', path, body)
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#server.url}/ajax-api/2.0/mlflow/${path}`, {
      method,
      // MLflow closes idle connections after 5 s, which a busy test notices too late.
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`)
    return (text === '' ? {} : JSON.parse(text)) as T
  }
}

function keyValues(pairs: StringMap = {}): { key: string; value: string }[] {
  return Object.entries(pairs).map(([key, value]) => ({ key, value }))
}

/** Makes experiments, runs and models through MLflow's REST API, as its Python client would. */

export type RunSpec = {
  readonly name?: string
  readonly params?: Readonly<Record<string, string>>
  readonly metrics?: Readonly<Record<string, number>>
  readonly tags?: Readonly<Record<string, string>>
}

export type Registered = {
  readonly runId: string
  readonly version: string
  readonly modelId?: string
}

export type MlflowApi = ReturnType<typeof mlflowApi>

export const mlflowApi = (
  server: { readonly url: string; readonly version: 2 | 3 },
  headers: Readonly<Record<string, string>> = {},
) => {
  const call = async <T>(method: string, path: string, body: unknown): Promise<T> => {
    const response = await fetch(`${server.url}/ajax-api/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`)
    return (text === '' ? {} : JSON.parse(text)) as T
  }
  const post = <T>(path: string, body: unknown): Promise<T> =>
    call('POST', `2.0/mlflow/${path}`, body)

  const createExperiment = async (name: string): Promise<string> =>
    (await post<{ experiment_id: string }>('experiments/create', { name })).experiment_id

  const createRun = async (experimentId: string, spec: RunSpec = {}): Promise<string> => {
    const { run } = await post<{ run: { info: { run_id: string } } }>('runs/create', {
      experiment_id: experimentId,
      start_time: Date.now(),
      ...(spec.name === undefined ? {} : { run_name: spec.name }),
      tags: keyValues(spec.tags),
    })
    const runId = run.info.run_id
    const metrics = Object.entries(spec.metrics ?? {}).map(([key, value]) => ({
      key,
      value,
      timestamp: Date.now(),
      step: 0,
    }))
    await post('runs/log-batch', { run_id: runId, metrics, params: keyValues(spec.params) })
    await post('runs/update', { run_id: runId, status: 'FINISHED', end_time: Date.now() })
    return runId
  }

  /** The model may exist already. */
  const createRegisteredModel = async (name: string): Promise<void> => {
    await post('registered-models/create', { name }).catch((error: unknown) => {
      if (!String(error).includes('RESOURCE_ALREADY_EXISTS')) throw error
    })
  }

  const createModelVersion = async (spec: {
    name: string
    source: string
    runId?: string
    modelId?: string
    tags?: Readonly<Record<string, string>>
    description?: string
  }): Promise<string> => {
    await createRegisteredModel(spec.name)
    const { model_version: made } = await post<{ model_version: { version: string } }>(
      'model-versions/create',
      {
        name: spec.name,
        source: spec.source,
        ...(spec.runId === undefined ? {} : { run_id: spec.runId }),
        ...(spec.modelId === undefined ? {} : { model_id: spec.modelId }),
        ...(spec.description === undefined ? {} : { description: spec.description }),
        tags: keyValues(spec.tags),
      },
    )
    return made.version
  }

  const createLoggedModel = async (
    experimentId: string,
    name: string,
    runId?: string,
  ): Promise<string> => {
    const { model } = await post<{ model: { info: { model_id: string } } }>('logged-models', {
      experiment_id: experimentId,
      name,
      ...(runId === undefined ? {} : { source_run_id: runId }),
    })
    const id = model.info.model_id
    await call('PATCH', `2.0/mlflow/logged-models/${id}`, {
      model_id: id,
      status: 'LOGGED_MODEL_READY',
    })
    return id
  }

  /** A run with a registered version, in the way of the server's own major version. */
  const register = async (
    name: string,
    experimentId: string,
    spec: RunSpec & { readonly versionTags?: Readonly<Record<string, string>> } = {},
  ): Promise<Registered> => {
    const runId = await createRun(experimentId, spec)
    const tags = spec.versionTags ?? {}
    if (server.version === 2) {
      const source = `mlflow-artifacts:/${experimentId}/${runId}/artifacts/model`
      return { runId, version: await createModelVersion({ name, source, runId, tags }) }
    }
    const modelId = await createLoggedModel(experimentId, 'model', runId)
    const source = `models:/${modelId}`
    const version = await createModelVersion({ name, source, runId, modelId, tags })
    return { runId, modelId, version }
  }

  return {
    call,
    post,
    createExperiment,
    createRun,
    createRegisteredModel,
    createModelVersion,
    createLoggedModel,
    register,
    setAlias: (name: string, alias: string, version: string) =>
      post('registered-models/alias', { name, alias, version }),
    deleteRun: (runId: string) => post('runs/delete', { run_id: runId }),
    deleteVersion: (name: string, version: string) =>
      call('DELETE', '2.0/mlflow/model-versions/delete', { name, version }),
  }
}

const keyValues = (pairs: Readonly<Record<string, string>> = {}) =>
  Object.entries(pairs).map(([key, value]) => ({ key, value }))

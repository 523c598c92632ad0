import { startGitHub } from './github/server.ts'
import { runAction, type StepOptions, type StepResult } from './action.ts'
import { mlflowApi, type MlflowApi } from './mlflow/registry.ts'
import { startMlflow, type MlflowOptions, type MlflowServer } from './mlflow/server.ts'

type GitHub = Awaited<ReturnType<typeof startGitHub>>
type Repository = ReturnType<GitHub['createRepository']>

/** A real MLflow, a GitHub, and one repository: all that a sync needs. */
export type World = {
  readonly mlflow: MlflowServer
  readonly api: MlflowApi
  readonly github: GitHub
  readonly repository: Repository
  /** Runs the action with these inputs besides the addresses. */
  readonly sync: (
    inputs?: Readonly<Record<string, string>>,
    options?: Partial<StepOptions>,
  ) => Promise<StepResult>
  /** Stops both; throws when git finds the repository broken, or GitHub was asked what it does not know. */
  readonly close: () => Promise<void>
}

/** Retries without waiting, so that a test of an error does not take minutes. */
export const fastRetries = {
  MLFLOW_HTTP_REQUEST_MAX_RETRIES: '2',
  MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: '0',
  MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: '0',
}

export const createWorld = async (options: MlflowOptions): Promise<World> => {
  const mlflow = await startMlflow(options)
  const github = await startGitHub()
  const repository = github.createRepository('acme/deployments', {
    files: { 'README.md': '# Deployments\n' },
  })
  return {
    mlflow,
    api: mlflowApi(mlflow),
    github,
    repository,
    sync: (inputs = {}, step = {}) =>
      runAction({
        github,
        ...step,
        inputs: { 'mlflow-tracking-uri': mlflow.url, ...inputs },
        env: { ...fastRetries, ...step.env },
      }),
    close: async () => {
      try {
        repository.fsck()
      } finally {
        await github.close()
        await mlflow.stop()
      }
      if (github.violations.length > 0) {
        throw new Error(`GitHub does not know: ${github.violations.join('; ')}`)
      }
    },
  }
}

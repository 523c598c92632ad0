import { join } from 'node:path'
import { runAction } from '../testing/action.ts'
import { runCommand } from './measure.ts'

export type Competitor = 'action' | 'floor' | 'git push' | 'per file'

/** What one run of a competitor needs. */
export type Job = {
  /** Where MLflow, GitHub's API and git over HTTP are reached. */
  readonly urls: Readonly<Record<'mlflow' | 'github' | 'git', string>>
  readonly token: string
  /** `owner/name` */
  readonly repository: string
  /** Beginning of the names of the models to sync. */
  readonly models: string
  /** A command that starts the competitor and measures it. */
  readonly prefix: readonly string[]
  /** Python with the packages of `requirements.txt`. */
  readonly python: string
}

/** Directory of the values files in every repository. */
export const directory = 'values'

export const competitors: Readonly<Record<Competitor, (job: Job) => Promise<void>>> = {
  action: runTheAction,
  floor: (job) => runScript(job, process.execPath, 'floor.mjs'),
  'git push': (job) => runScript(job, job.python, 'git-push.py'),
  'per file': (job) => runScript(job, process.execPath, 'per-file.mjs'),
}

export const competitorNames = Object.keys(competitors) as readonly Competitor[]

async function runTheAction({ urls, token, repository, models, prefix }: Job): Promise<void> {
  const step = await runAction({
    prefix,
    repository,
    github: { apiUrl: urls.github, graphqlUrl: `${urls.github}/graphql`, token },
    inputs: {
      'mlflow-tracking-uri': urls.mlflow,
      path: directory,
      ...(models === '' ? {} : { models: `${models}*` }),
    },
    env: {
      // The runner sets it only when somebody debugs a job.
      RUNNER_DEBUG: '',
      // Tests keep the compiled bundle; the runner does not.
      NODE_DISABLE_COMPILE_CACHE: '1',
    },
  })
  if (step.exitCode !== 0) {
    const { log, stderr, exitCode } = step
    throw new Error(`the action failed with exit code ${exitCode}:\n${log.slice(-4000)}${stderr}`)
  }
}

async function runScript(job: Job, program: string, script: string): Promise<void> {
  const { urls, token, repository, models, prefix } = job
  await runCommand([...prefix, program, join(import.meta.dirname, script)], {
    MLFLOW_TRACKING_URI: urls.mlflow,
    MLFLOW_DISABLE_TELEMETRY: 'true',
    MODELS: models,
    DIRECTORY: directory,
    GITHUB_API_URL: urls.github,
    GITHUB_REPOSITORY: repository,
    GITHUB_TOKEN: token,
    GIT_URL: `${urls.git}/${repository}.git`,
    GIT_CONFIG_NOSYSTEM: '1',
    TEMPLATE: join(import.meta.dirname, '..', 'templates', 'vllm.yaml'),
    ARTIFACTS:
      '/mlflow/{{ .Values.global.experimentId }}/models/{{ .Values.global.modelid }}/artifacts',
  })
}

import { randomBytes } from 'node:crypto'
import type { Files } from './github/git/store.ts'
import { startGitHub, type GitHub } from './github/server.ts'
import { MlflowApi } from './mlflow/api.ts'
import { startGateway, type Gateway } from './mlflow/gateway.ts'
import { deleteModels } from './mlflow/rows.ts'
import { startMlflow, type MlflowAddress } from './mlflow/server.ts'
import { sharedMlflow } from './mlflow/shared.ts'
import { Project } from './project.ts'

export type WorldOptions = {
  readonly version: 2 | 3
  /** Starts a server with an empty registry instead of using the shared one. */
  readonly ownServer?: boolean
  /** Sends the action's requests to MLflow through `gateway`. */
  readonly throughGateway?: boolean
  /** The own server also has MLflow's web pages. */
  readonly ui?: boolean
  /** The own server delivers webhooks on this machine. */
  readonly localWebhooks?: boolean
}

/** A real MLflow, a stand-in for GitHub, and projects that use both. */
export type World = {
  readonly mlflow: MlflowAddress
  readonly api: MlflowApi
  readonly gateway: Gateway
  readonly github: GitHub
  readonly experiment: { readonly id: string; readonly name: string }
  /** Creates a project in a new repository, and ends the faults that earlier tests injected. */
  readonly createProject: (options?: {
    readonly name?: string
    readonly defaultBranch?: string
    readonly files?: Files
  }) => Project
  /** Throws if a repository is corrupt or the action sent requests that GitHub would reject. */
  readonly close: () => Promise<void>
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const { ownServer = false, throughGateway = false, ...serverOptions } = options
  const { version } = options
  const own = ownServer ? await startMlflow(serverOptions) : undefined
  const mlflow = own ?? (await sharedMlflow(version))
  const namespace = own === undefined ? `t${randomBytes(4).toString('hex')}-` : ''
  const api = new MlflowApi(mlflow)
  const experimentName = `${namespace}fine-tuning`
  const experiment = { id: await api.createExperiment(experimentName), name: experimentName }
  const github = await startGitHub()
  const gateway = await startGateway(mlflow.url)
  const trackingUri = throughGateway ? gateway.url : mlflow.url
  const projects: Project[] = []

  return {
    mlflow,
    api,
    gateway,
    github,
    experiment,
    createProject: ({ name, ...repositoryOptions } = {}) => {
      gateway.rule = undefined
      github.clearFaults()
      const number = projects.length + 1
      const repository = github.createRepository(name ?? `acme/project-${number}`, {
        files: { 'README.md': '# Deployments\n' },
        ...repositoryOptions,
      })
      const servers = { api, experimentId: experiment.id, github, gateway, trackingUri }
      const prefix = namespace === '' ? '' : `${namespace}${number}-`
      const project = new Project(servers, repository, prefix)
      projects.push(project)
      return project
    },
    close: async () => {
      try {
        for (const { repository } of projects) repository.fsck()
      } finally {
        await gateway.close()
        await github.close()
        if (own === undefined) deleteModels(mlflow, namespace)
        else await own.stop()
      }
      if (github.violations.length > 0) {
        throw new Error(`GitHub would reject: ${github.violations.join('; ')}`)
      }
    },
  }
}

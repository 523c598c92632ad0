import { startGitHub, type GitHub } from '../testing/github/server.ts'
import type { Repository } from '../testing/github/repository.ts'
import { MlflowApi } from '../testing/mlflow/api.ts'
import { startMlflow, type MlflowServer } from '../testing/mlflow/server.ts'
import { startGitHttp } from './git-http.ts'
import { Proxies } from './proxies.ts'

/** A real MLflow, the stand-in for GitHub, git over HTTP, and proxies in front of all three. */
export type Servers = {
  readonly mlflow: MlflowServer
  readonly github: GitHub
  readonly proxies: Proxies
  readonly experimentId: string
  /** Creates an empty repository. */
  readonly createRepository: () => Repository
  readonly close: () => Promise<void>
}

export async function startServers(): Promise<Servers> {
  const mlflow = await startMlflow({ version: 3 })
  const experimentId = await new MlflowApi(mlflow).createExperiment('bench')
  const github = await startGitHub()
  const directories = new Map<string, string>()
  const git = await startGitHttp((fullName) => directories.get(fullName) ?? '')
  const proxies = await Proxies.start({ mlflow: mlflow.url, github: github.apiUrl, git: git.url })
  return {
    mlflow,
    github,
    proxies,
    experimentId,
    createRepository: () => {
      const repository = github.createRepository(`acme/bench-${directories.size + 1}`)
      directories.set(repository.fullName, repository.store.gitDir)
      return repository
    },
    close: async () => {
      await proxies.close()
      await git.close()
      await github.close()
      await mlflow.stop()
    },
  }
}

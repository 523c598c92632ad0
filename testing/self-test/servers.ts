import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RegisteredVersion } from '../mlflow/api.ts'
import { createWorld } from '../world.ts'
import { startApiHost } from './api-host.ts'

/** What the steps of the workflow know about the servers. */
export type State = {
  readonly pid: number
  readonly mlflowUrl: string
  readonly proxyUrl: string
  readonly certificate: string
  readonly token: string
  readonly gitDirectory: string
  readonly experimentId: string
  readonly version: RegisteredVersion
  /** Returns the `Record` of what the servers have seen. */
  readonly recordUrl: string
}

export type ServerRecord = {
  readonly connections: readonly string[]
  readonly violations: readonly string[]
}

/** Starts MLflow with one registered model, and GitHub's API with one repository. */
export async function startServers(
  repositoryName: string,
  apiUrl: URL,
): Promise<{ state: State; close: () => Promise<void> }> {
  const world = await createWorld({ version: 3, ownServer: true })
  const project = world.createProject({ name: repositoryName })
  const version = await project.register('self-test')
  const host = await startApiHost(apiUrl, world.github.apiUrl)
  const record = createServer((_, response) => {
    const { violations } = world.github
    response.setHeader('connection', 'close')
    response.end(JSON.stringify({ connections: host.connections, violations }))
  })
  await new Promise<void>((resolve) => record.listen(0, '127.0.0.1', resolve))
  return {
    state: {
      pid: process.pid,
      mlflowUrl: world.mlflow.url,
      proxyUrl: host.proxyUrl,
      certificate: host.certificate,
      token: world.github.token,
      gitDirectory: project.repository.git('rev-parse', '--absolute-git-dir'),
      experimentId: world.experiment.id,
      version,
      recordUrl: `http://127.0.0.1:${(record.address() as AddressInfo).port}`,
    },
    close: async () => {
      await new Promise((resolve) => record.close(resolve))
      await host.close()
      await world.close()
    },
  }
}

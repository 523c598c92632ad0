import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startMlflow, type MlflowAddress, type MlflowServer } from './server.ts'

/**
 * One MLflow server per major version for all test files of a run. Jest's parent process owns the
 * servers and hands out their addresses over HTTP. A server starts when a test first asks for it, so
 * running only unit tests starts none.
 */

const addressVariable = 'MLFLOW_SYNC_TEST_SERVERS'

/** For jest's globalSetup: workers inherit the address through the environment. */
export async function offerSharedServers(): Promise<void> {
  const starting = new Map<string, Promise<MlflowServer>>()

  const find = (version: string): Promise<MlflowServer> => {
    const found = starting.get(version) ?? startMlflow({ version: version === '2' ? 2 : 3 })
    starting.set(version, found)
    return found
  }
  const stopAll = async (): Promise<void> => {
    // A server that failed to start has already been cleaned up.
    const stopping = [...starting.values()].map((started) =>
      started.then(
        (server) => server.stop(),
        () => undefined,
      ),
    )
    await Promise.all(stopping)
  }
  const server = createServer((request, response) => {
    // An idle connection would keep jest from exiting.
    response.setHeader('connection', 'close')
    const result = request.method === 'DELETE' ? stopAll() : find((request.url ?? '').slice(1))
    result.then(
      (body) => response.end(JSON.stringify(body ?? null)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  process.env[addressVariable] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** For jest's globalTeardown. */
export async function stopSharedServers(): Promise<void> {
  await request('', 'DELETE')
}

/** The server that all test files share. */
export async function sharedMlflow(version: 2 | 3): Promise<MlflowAddress> {
  return (await request(String(version), 'GET')) as MlflowAddress
}

async function request(path: string, method: string): Promise<unknown> {
  const address = process.env[addressVariable]
  if (address === undefined)
    throw new Error('shared MLflow servers only exist while jest is running')
  const response = await fetch(`${address}/${path}`, { method })
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  return JSON.parse(text)
}

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { constants, createGzip } from 'node:zlib'
import { afterEach, describe, expect, test } from '@jest/globals'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })
const project = world.createProject()
let server: Server | undefined
let requests = 0

afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => server?.close(resolve))
})

/** Responds to every request with JSON that never ends, gzipped or not. */
async function startEndlessServer(status: number, gzip: boolean): Promise<string> {
  requests = 0
  const chunk = Buffer.from(`{"model_versions":["${' '.repeat(1024 * 1024)}`)
  server = createServer((_, response) => {
    requests += 1
    response.writeHead(status, gzip ? { 'content-encoding': 'gzip' } : {})
    const body = gzip ? createGzip({ level: constants.Z_BEST_SPEED }) : response
    const write = (): void => {
      while (!response.destroyed && body.write(chunk));
    }
    if (body !== response) body.pipe(response)
    response.on('close', () => body.destroy())
    body.on('drain', write)
    write()
  })
  const listening = server
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
}

const kinds = [
  [200, true],
  [200, false],
  [500, true],
] as const

describe.each(kinds)('a response with status %d that never ends, gzipped: %s', (status, gzip) => {
  test('from MLflow ends the sync at once', async () => {
    const url = await startEndlessServer(status, gzip)
    const step = await project.sync({ 'mlflow-tracking-uri': url })
    expect(step.exitCode).toBe(1)
    expect(step.outputs.operation).toBe('failed')
    expect(step.errors[0]).toMatch(
      /Can't read the response of MLflow at `http\S+`: the response \(HTTP \d+\) has more than \d+ MiB\. The response was ignored/,
    )
    // The second one asked for a smaller page.
    expect(requests).toBe(2)
  })

  test('from GitHub ends the sync at once', async () => {
    const url = await startEndlessServer(status, gzip)
    const env = { GITHUB_API_URL: url, GITHUB_GRAPHQL_URL: `${url}/graphql` }
    const step = await project.sync({}, { env })
    expect(step.exitCode).toBe(1)
    expect(step.outputs.operation).toBe('failed')
    expect(step.errors[0]).toMatch(
      /Can't read the response of GitHub at `http\S+`: the response \(HTTP \d+\) has more than \d+ MiB .*\..* Check for a proxy/,
    )
    expect(requests).toBe(1)
  })
})

import { createServer, request as sendRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

/** A request that passed the proxy. */
export type ProxiedRequest = {
  readonly target: keyof Targets
  readonly method: string
  readonly url: string
}

/** Starts to count from zero, or asks for the requests so far. */
export type Command = { readonly latencyMs: number } | 'take'

/** URL of each server. */
export type Targets = Readonly<Record<'mlflow' | 'github' | 'git', string>>

/**
 * The thread of `proxies.ts`: reverse proxies that record each request and hold it for a while.
 * Requests that are in flight at the same time wait at the same time.
 */

let latencyMs = 0
let requests: ProxiedRequest[] = []

async function startProxy(target: keyof Targets, origin: string): Promise<string> {
  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming
    requests.push({ target, method, url })
    void sleep(latencyMs).then(() => {
      const outgoing = sendRequest(`${origin}${url}`, { method, headers, agent: false })
      outgoing.on('response', (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      outgoing.on('error', () => response.destroy())
      incoming.pipe(outgoing)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const { mlflow, github, git } = workerData as Targets
const urls: Targets = {
  mlflow: await startProxy('mlflow', mlflow),
  github: await startProxy('github', github),
  git: await startProxy('git', git),
}
parentPort?.postMessage(urls)
parentPort?.on('message', (command: Command) => {
  if (command === 'take') {
    parentPort?.postMessage(requests)
    return
  }
  latencyMs = command.latencyMs
  requests = []
})

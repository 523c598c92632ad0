import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request on its way to MLflow. */
export type Passing = {
  readonly index: number
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type GatewayAnswer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * What stands between people and their MLflow: it passes requests on to a real server, and lets a
 * test change an answer, give one of its own, or break the connection.
 */
export type Gateway = {
  readonly url: string
  readonly requests: Passing[]
  /** Undefined: passed on as it is. `cut`: half of the true answer; `drop`: none. */
  rule:
    | ((
        request: Passing,
        pass: (url?: string) => Promise<GatewayAnswer>,
      ) =>
        | Promise<GatewayAnswer | 'cut' | 'drop' | undefined>
        | GatewayAnswer
        | 'cut'
        | 'drop'
        | undefined)
    | undefined
  readonly close: () => Promise<void>
}

export const startGateway = async (target: string): Promise<Gateway> => {
  const requests: Passing[] = []

  const pass = async (request: Passing, url = request.url): Promise<GatewayAnswer> => {
    const response = await fetch(`${target}${url}`, {
      method: request.method,
      headers: { 'content-type': 'application/json' },
      redirect: 'manual',
      ...(request.method === 'GET' ? {} : { body: request.body }),
    })
    const contentType = response.headers.get('content-type') ?? 'application/json'
    return {
      status: response.status,
      headers: { 'content-type': contentType },
      body: await response.text(),
    }
  }

  const server = createServer((incoming, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
      const request: Passing = {
        index: requests.length,
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      }
      requests.push(request)
      const ruled = await gateway.rule?.(request, (url) => pass(request, url))
      if (ruled === 'drop') return void response.destroy()
      const answer = ruled === undefined || ruled === 'cut' ? await pass(request) : ruled
      const bytes = Buffer.from(answer.body)
      response.writeHead(answer.status, { 'content-length': bytes.length, ...answer.headers })
      if (ruled === 'cut') {
        response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy())
      } else response.end(bytes)
    })().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const gateway: Gateway = {
    url: `http://127.0.0.1:${port}`,
    requests,
    rule: undefined,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return gateway
}

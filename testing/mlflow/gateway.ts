import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request on its way to MLflow. */
export type GatewayRequest = {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type GatewayResponse = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/** `truncate` sends half of MLflow's response; `drop` closes the connection; undefined forwards. */
export type RuleResult = GatewayResponse | 'truncate' | 'drop' | undefined

/** `forward` returns MLflow's response to the request, or to another path and query. */
export type GatewayRule = (
  request: GatewayRequest,
  forward: (url?: string) => Promise<GatewayResponse>,
) => RuleResult | Promise<RuleResult>

/** A reverse proxy in front of a real MLflow server that can change or replace its responses. */
export class Gateway {
  readonly requests: GatewayRequest[] = []
  /** Applied to each request; if undefined, all are forwarded. */
  rule: GatewayRule | undefined
  readonly #target: string
  readonly #server = createServer((incoming, response) => {
    void this.#respond(incoming).then(
      ({ result, complete }) => {
        if (result === undefined) return void response.destroy()
        const bytes = Buffer.from(result.body)
        response.writeHead(result.status, { 'content-length': bytes.length, ...result.headers })
        if (complete) return void response.end(bytes)
        response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy())
      },
      () => response.destroy(),
    )
  })

  constructor(target: string) {
    this.#target = target
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #respond(incoming: IncomingMessage): Promise<{
    readonly result: GatewayResponse | undefined
    readonly complete: boolean
  }> {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const { method = '', url = '', headers } = incoming
    const request = { method, url, headers, body: Buffer.concat(chunks).toString() }
    this.requests.push(request)
    const result = await this.rule?.(request, (other) => this.#forward(request, other))
    if (result === 'drop') return { result: undefined, complete: false }
    if (result !== undefined && result !== 'truncate') return { result, complete: true }
    return { result: await this.#forward(request), complete: result === undefined }
  }

  async #forward(request: GatewayRequest, url = request.url): Promise<GatewayResponse> {
    const response = await fetch(`${this.#target}${url}`, {
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
}

export async function startGateway(target: string): Promise<Gateway> {
  const gateway = new Gateway(target)
  await gateway.listen()
  return gateway
}

import {
  createServer,
  request as sendRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

/** A forward proxy on loopback that resolves every host name to 127.0.0.1. */
export type Proxy = {
  readonly url: string
  /** `GET http://host:port` or `CONNECT host:port` of each request. */
  readonly requests: string[]
  readonly close: () => Promise<void>
}

/** Connects to the port of the request, unless `ports` has another one for its `host:port`. */
export async function startProxy(ports: Readonly<Record<string, number>> = {}): Promise<Proxy> {
  const requests: string[] = []
  const server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '')
    requests.push(`${incoming.method ?? ''} ${url.origin}`)
    forward(incoming, response, url)
  })
  server.on('connect', (incoming: IncomingMessage, socket: Duplex) => {
    const { url = '' } = incoming
    requests.push(`CONNECT ${url}`)
    tunnel(socket, ports[url] ?? Number(url.split(':')[1]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function forward(incoming: IncomingMessage, response: ServerResponse, url: URL): void {
  const options = {
    host: '127.0.0.1',
    port: url.port,
    method: incoming.method,
    path: url.pathname + url.search,
    headers: { ...incoming.headers, host: `127.0.0.1:${url.port}` },
  }
  const outgoing = sendRequest(options, (upstream) => {
    response.writeHead(upstream.statusCode ?? 502, upstream.headers)
    upstream.pipe(response)
  })
  outgoing.on('error', () => response.destroy())
  incoming.pipe(outgoing)
}

function tunnel(socket: Duplex, port: number): void {
  const upstream = connect(port, '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    upstream.pipe(socket)
    socket.pipe(upstream)
  })
  upstream.on('error', () => socket.destroy())
  socket.on('error', () => upstream.destroy())
}

import { createServer, request as forward } from 'node:http'
import { connect, type AddressInfo } from 'node:net'

/** A forward proxy on loopback: every host name leads to 127.0.0.1 there. */
export type Proxy = {
  readonly url: string
  /** `GET http://host:port` or `CONNECT host:port` of each request. */
  readonly seen: string[]
  readonly close: () => Promise<void>
}

export const startProxy = async (): Promise<Proxy> => {
  const seen: string[] = []
  const server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '')
    seen.push(`${incoming.method ?? ''} ${url.origin}`)
    const onward = forward(
      {
        host: '127.0.0.1',
        port: url.port,
        method: incoming.method,
        path: url.pathname + url.search,
        headers: { ...incoming.headers, host: `127.0.0.1:${url.port}` },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.destroy())
    incoming.pipe(onward)
  })
  server.on('connect', (incoming, socket) => {
    seen.push(`CONNECT ${incoming.url ?? ''}`)
    const onward = connect(Number(incoming.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.pipe(socket)
      socket.pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

import { readFileSync } from 'node:fs'
import { request as sendRequest } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createCertificate } from '../certificate.ts'
import { startProxy } from '../proxy.ts'

export type ApiHost = {
  /** The proxy through which the host is reached. */
  readonly proxyUrl: string
  /** PEM file of the certificate to trust. */
  readonly certificate: string
  /** `CONNECT host:port` of each connection through the proxy. */
  readonly connections: readonly string[]
  readonly close: () => Promise<void>
}

/**
 * Answers as the host of GitHub's API with the responses of the stand-in. A workflow cannot give a
 * step other addresses: the runner overwrites `GITHUB_API_URL` with those of its own server, but
 * leaves the variables about proxies and certificates alone.
 */
export async function startApiHost(apiUrl: URL, standIn: string): Promise<ApiHost> {
  const files = createCertificate(apiUrl.hostname)
  const tls = { key: readFileSync(files.key), cert: readFileSync(files.certificate) }
  const server = createServer(tls, (incoming, response) => {
    const { method, headers } = incoming
    const target = new URL(incoming.url ?? '/', standIn)
    const outgoing = sendRequest(target, { method, headers }, (upstream) => {
      response.writeHead(upstream.statusCode ?? 502, upstream.headers)
      upstream.pipe(response)
    })
    outgoing.on('error', () => response.destroy())
    incoming.pipe(outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const proxy = await startProxy({ [`${apiUrl.hostname}:${apiUrl.port || '443'}`]: port })
  return {
    proxyUrl: proxy.url,
    certificate: files.certificate,
    connections: proxy.requests,
    close: async () => {
      await proxy.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      files.remove()
    },
  }
}

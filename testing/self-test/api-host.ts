import { startProxy } from '../proxy.ts'
import { startTlsHost } from '../tls-host.ts'

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
  const { hostname, port } = apiUrl
  const host = await startTlsHost(hostname, standIn)
  const proxy = await startProxy({ [`${hostname}:${port || '443'}`]: host.port })
  return {
    proxyUrl: proxy.url,
    certificate: host.certificate,
    connections: proxy.requests,
    close: async () => {
      await proxy.close()
      await host.close()
    },
  }
}

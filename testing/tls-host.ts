import { readFileSync } from 'node:fs'
import { request as sendRequest } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createCertificate } from './certificate.ts'

/** A server on loopback with a private certificate. */
export type TlsHost = {
  readonly port: number
  /** PEM file of the certificate to trust, which is valid for 127.0.0.1, too. */
  readonly certificate: string
  readonly close: () => Promise<void>
}

/** Answers as a host with the responses of another server. */
export async function startTlsHost(hostname: string, target: string): Promise<TlsHost> {
  const files = createCertificate(hostname)
  const tls = { key: readFileSync(files.key), cert: readFileSync(files.certificate) }
  const server = createServer(tls, (incoming, response) => {
    const { method, headers } = incoming
    const options = { method, headers }
    const outgoing = sendRequest(new URL(incoming.url ?? '/', target), options, (upstream) => {
      response.writeHead(upstream.statusCode ?? 502, upstream.headers)
      upstream.pipe(response)
    })
    outgoing.on('error', () => response.destroy())
    incoming.pipe(outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    certificate: files.certificate,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      files.remove()
    },
  }
}

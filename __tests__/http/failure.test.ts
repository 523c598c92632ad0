import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { createTransport, type HttpResult } from '../../src/http/transport.ts'

let server: Server | undefined

afterEach(() => {
  server?.close()
  server = undefined
  delete process.env.http_proxy
  delete process.env.https_proxy
})

async function send(url: string): Promise<HttpResult> {
  const { signal } = new AbortController()
  const transport = createTransport({
    timeoutMs: 5000,
    totalTimeoutMs: 5000,
    limits: { bytes: 1024, values: 1024 },
    ca: undefined,
    insecureTls: false,
    signal,
  })
  const result = await transport.send({ method: 'GET', url, headers: {}, body: undefined })
  await transport.close()
  return result
}

async function listen(http: Server): Promise<string> {
  server = http
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(http.address() as AddressInfo).port}`
}

/** A proxy that opens no tunnel. */
function refusingProxy(): Promise<string> {
  const proxy = createServer()
  proxy.on('connect', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'))
  return listen(proxy)
}

test('a port that is closed, also that of a proxy, received nothing', async () => {
  const refused = { kind: 'failure', reason: 'refused', connected: false }
  expect(await send('http://127.0.0.1:1/')).toMatchObject(refused)
  process.env.http_proxy = 'http://127.0.0.1:1'
  process.env.https_proxy = 'http://127.0.0.1:1'
  expect(await send('http://mlflow.example.com/')).toMatchObject(refused)
  expect(await send('https://mlflow.example.com/')).toMatchObject(refused)
})

test('a server behind a proxy that opens no tunnel received nothing', async () => {
  process.env.https_proxy = `http://${await refusingProxy()}`
  expect(await send('https://mlflow.example.com/')).toMatchObject({
    kind: 'failure',
    detail: expect.stringContaining('Proxy response (403)'),
    connected: false,
  })
})

test('an unknown host received nothing', async () => {
  expect(await send('http://mlflow.invalid/')).toMatchObject({ kind: 'failure', connected: false })
})

test('a server that closes the connection may have received the request', async () => {
  const address = await listen(createServer((request) => request.socket.destroy()))
  expect(await send(`http://${address}/`)).toMatchObject({ kind: 'failure', connected: true })
})

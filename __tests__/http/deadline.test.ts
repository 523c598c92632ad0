import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { createTransport, type HttpResult } from '../../src/http/transport.ts'

let server: Server | undefined

afterEach(async () => {
  await new Promise((resolve) => server?.close(resolve))
})

/** A server that sends a part of a response every 20 ms. */
function slowServer(part: string, parts: number): Server {
  return createServer((_, response) => {
    let sent = 0
    const timer = setInterval(() => {
      sent += 1
      if (sent === parts) response.end()
      else response.write(part)
    }, 20)
    response.on('close', () => clearInterval(timer))
  })
}

async function sendTo(target: Server): Promise<HttpResult> {
  server = target
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
  const transport = createTransport({
    timeoutMs: 500,
    totalTimeoutMs: 1000,
    limits: { bytes: 16 * 1024 * 1024, values: 1000 },
    ca: undefined,
    insecureTls: false,
    signal: new AbortController().signal,
  })
  const { port } = target.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/`
  const result = await transport.send({ method: 'GET', url, headers: {}, body: undefined })
  await transport.close()
  return result
}

test('a response that drips forever is given up', async () => {
  const startedAt = performance.now()
  expect(await sendTo(slowServer(' ', Infinity))).toEqual({
    kind: 'failure',
    reason: 'timeout',
    detail: 'no complete response within 1 s',
    connected: true,
  })
  expect(performance.now() - startedAt).toBeLessThan(3000)
})

test('a response that arrives faster may take longer, because it is large', async () => {
  const startedAt = performance.now()
  const result = await sendTo(slowServer(' '.repeat(4096), 150))
  expect(result).toMatchObject({ kind: 'response', status: 200 })
  expect(performance.now() - startedAt).toBeGreaterThan(2000)
})

test('a response that arrives fast but never ends is given up', async () => {
  expect(await sendTo(slowServer(' '.repeat(4096), Infinity))).toEqual({
    kind: 'failure',
    reason: 'timeout',
    detail: 'no complete response within 10 s',
    connected: true,
  })
}, 20_000)

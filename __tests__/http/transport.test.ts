import { createServer, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import v8 from 'node:v8'
import vm from 'node:vm'
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from '@jest/globals'
import { createTransport, type HttpResult } from '../../src/http/transport.ts'

/** Real servers that send what no honest one would. */

const mebibyte = 1024 * 1024
let server: Server | undefined

const transportOptions = {
  timeoutMs: 5000,
  totalTimeoutMs: 30_000,
  limits: { bytes: 256 * mebibyte, values: 4_000_000 },
  ca: undefined,
  insecureTls: false,
}

afterEach(async () => {
  const closed = new Promise((resolve) => server?.close(resolve))
  await closed
})

type Sent = { readonly result: HttpResult; readonly connectionClosed: Promise<unknown> }

/** Sends one request to a server that responds in this way. */
async function get(respond: (response: ServerResponse) => void): Promise<Sent> {
  let closed: Promise<unknown> = Promise.resolve()
  const http = createServer((request, response) => {
    closed = new Promise((resolve) => request.socket.once('close', resolve))
    respond(response)
  })
  return { result: await sendTo(http), connectionClosed: closed }
}

async function sendTo(target: Server): Promise<HttpResult> {
  server = target
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
  const { signal } = new AbortController()
  const transport = createTransport({ ...transportOptions, signal })
  const { port } = target.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/`
  const result = await transport.send({ method: 'GET', url, headers: {}, body: undefined })
  await transport.close()
  return result
}

/** Writes the same chunk until the client closes the connection. */
function endlessly(response: ServerResponse, chunk: Buffer): void {
  const write = (): void => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', write)
  write()
}

describe('a response without an end', () => {
  const zeros = Buffer.alloc(64 * 1024)

  test.each([200, 500])('with status %d is given up', async (status) => {
    const { result, connectionClosed } = await get((response) => {
      response.writeHead(status)
      endlessly(response, zeros)
    })
    expect(result).toMatchObject({ kind: 'failure', reason: 'too-large' })
    expect(result).toMatchObject({ detail: expect.stringContaining(`HTTP ${status}`) })
    await connectionClosed
  })

  test.each([
    ['that is compressed', () => Buffer.alloc(4 * mebibyte)],
    ['of compressed parts that are all empty', () => Buffer.alloc(0)],
  ])('%s is given up', async (_, content) => {
    const member = gzipSync(content())
    const part = Buffer.concat(
      Array.from({ length: Math.ceil(65536 / member.length) }, () => member),
    )
    const { result, connectionClosed } = await get((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      endlessly(response, part)
    })
    expect(result).toMatchObject({ kind: 'failure', reason: 'too-large' })
    await connectionClosed
  })
})

describe('a compressed response', () => {
  test('that is a small part of its content is given up before it fills the memory', async () => {
    const before = process.memoryUsage().rss
    const { result } = await get((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      const gzip = createGzip({ level: 9 })
      gzip.pipe(response)
      endlessly(gzip as unknown as ServerResponse, Buffer.alloc(mebibyte, ' '))
      response.on('close', () => gzip.destroy())
    })
    expect(result).toMatchObject({ kind: 'failure', reason: 'too-large' })
    expect(process.memoryUsage().rss - before).toBeLessThan(700 * mebibyte)
  })

  const json = '{"models":["größe"]}'
  const bytes = Buffer.from(json)

  test.each([
    ['gzip', gzipSync(bytes)],
    ['GZIP', gzipSync(bytes)],
    ['x-gzip', gzipSync(bytes)],
    ['deflate', deflateSync(bytes)],
    ['br', brotliCompressSync(bytes)],
    ['gzip, gzip', gzipSync(gzipSync(bytes))],
    ['br , x-gzip', gzipSync(brotliCompressSync(bytes))],
    ['identity', bytes],
    ['', bytes],
    ['gzip', Buffer.concat([gzipSync(bytes.subarray(0, 4)), gzipSync(bytes.subarray(4))])],
    ['gzip', Buffer.concat([gzipSync(bytes), Buffer.alloc(100)])],
  ])('in the encoding %j is decoded', async (encoding, body) => {
    const { result } = await get((response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(body)
    })
    expect(result).toMatchObject({ kind: 'response', status: 200, text: json })
  })

  test('in an unknown encoding fails with the name of the encoding', async () => {
    const { result } = await get((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip, zap' }).end(bytes)
    })
    expect(result).toMatchObject({
      kind: 'failure',
      reason: 'encoding',
      detail: 'the response has the unsupported encoding zap',
    })
  })

  test('in very many encodings is not decoded', async () => {
    const { result } = await get((response) => {
      response.writeHead(200, { 'content-encoding': Array(1000).fill('gzip').join(',') }).end(bytes)
    })
    expect(result).toMatchObject({ kind: 'failure', reason: 'encoding' })
  })

  test.each(['gzip', 'br', 'gzip, gzip'])('in the encoding %s can be empty', async (encoding) => {
    const { result } = await get((response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end()
    })
    expect(result).toMatchObject({ kind: 'response', status: 200, text: '' })
  })

  test.each([
    ['is cut', gzipSync(bytes).subarray(0, -3)],
    ['is cut in its header', gzipSync(bytes).subarray(0, 3)],
    ['is followed by other bytes', Buffer.concat([gzipSync(bytes), Buffer.from('garbage')])],
    ['is damaged', Buffer.concat([gzipSync(bytes).subarray(0, 10), Buffer.alloc(20, 255)])],
  ])('that %s is interrupted', async (_, body) => {
    const { result } = await get((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(body)
    })
    expect(result).toMatchObject({ kind: 'failure', reason: 'interrupted' })
  })

  test.each(['gzip', 'deflate', 'br, gzip'])(
    'that is not compressed, although its header says %s, would be the same again',
    async (encoding) => {
      const { result } = await get((response) => {
        response.writeHead(200, { 'content-encoding': encoding }).end(bytes)
      })
      expect(result).toEqual({
        kind: 'failure',
        reason: 'encoding',
        detail: `its header says that the response is compressed (${encoding}), but it is not`,
        connected: true,
      })
    },
  )
})

describe('JSON of very many tiny values, which would fill the memory,', () => {
  test.each(['{},', '[],', '0,', '"",', '"\\"",'])('is given up: %s', async (value) => {
    const { result } = await get((response) => {
      const body = gzipSync(`[${value.repeat(5_000_000)}0]`, { level: 1 })
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(body)
    })
    expect(result).toMatchObject({
      kind: 'failure',
      reason: 'too-large',
      detail: 'the response (HTTP 200) has more than 4000000 JSON values',
    })
  })

  test('does not include commas and braces in strings', async () => {
    const body = JSON.stringify(['{,}["\\'.repeat(2_000_000), 'x\\', ',{['.repeat(2_000_000)])
    const { result } = await get((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body, { level: 1 }))
    })
    expect(result).toMatchObject({ kind: 'response', status: 200 })
  })
})

test('headers without an end are given up', async () => {
  const endless = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.write('HTTP/1.1 200 OK\r\n')
    const write = (): void => {
      while (!socket.destroyed && socket.write(`x-filler: ${'x'.repeat(1000)}\r\n`));
    }
    socket.on('drain', write)
    write()
  })
  expect(await sendTo(endless)).toMatchObject({ kind: 'failure', reason: 'too-large' })
})

test('responses that were read leave the memory before the job ends', async () => {
  v8.setFlagsFromString('--expose-gc')
  const collectGarbage = vm.runInNewContext('gc') as () => void
  const body = Buffer.alloc(mebibyte, 'x')
  const http = createServer((_request, response) => response.end(body))
  server = http
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const job = new AbortController()
  const transport = createTransport({ ...transportOptions, signal: job.signal })
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`
  const request = { method: 'GET', url, headers: {}, body: undefined } as const
  const before = process.memoryUsage().external
  for (let sent = 0; sent < 50; sent += 1) await transport.send(request)
  await setImmediate()
  collectGarbage()
  expect(process.memoryUsage().external - before).toBeLessThan(20 * mebibyte)
  await transport.close()
})

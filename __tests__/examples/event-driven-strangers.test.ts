import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { isDispatch } from '../../testing/github/matchers.ts'
import { deliver, event, now, startRelay, until } from '../fixtures/relay.ts'
import { useRelay } from '../fixtures/use-relay.ts'

const relay = await useRelay()
const id = randomUUID()
const delivery = [
  `x-mlflow-delivery-id: ${id}`,
  `x-mlflow-timestamp: ${now()}`,
  `x-mlflow-signature: v1,${'A'.repeat(43)}=`,
]

/** Sends the head of a request, and nothing after it. */
function sendHead(url: string, lines: readonly string[], path = '/mlflow'): Socket {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).setEncoding('utf8')
  socket.on('error', () => undefined)
  socket.write([`POST ${path} HTTP/1.1`, 'host: relay', ...lines, '', ''].join('\r\n'))
  return socket
}

test('refuses before the body', async () => {
  for (const [index, [what, lines, status, connection]] of [
    ['chunks', ['transfer-encoding: chunked', ...delivery], 411, 'close'],
    ['no length', delivery, 411, 'close'],
    ['too long', ['content-length: 131073', ...delivery], 413, 'close'],
    ['not signed', ['content-length: 131072', ...delivery.slice(0, 2)], 401, 'keep-alive'],
  ].entries() as Iterable<[number, [string, string[], number, string]]>) {
    const socket = sendHead(relay.url(), lines)
    const [answer] = (await once(socket, 'data')) as [string]
    expect([what, answer.slice(0, 12), /^connection: (.+)\r$/im.exec(answer)?.[1]]).toEqual([
      what,
      `HTTP/1.1 ${status}`,
      connection,
    ])
    if (connection === 'close') await once(socket, 'close')
    socket.destroy()
    const log = await relay.log(index + 1)
    expect(log.at(-1)).toMatch(new RegExp(`^delivery ${id}: ${status} refused: .+`))
  }
})

test('reads the longest body that it accepts, which arrives in pieces', async () => {
  const [before = '', after = ''] = event('model_version_tag', 'set').split('"m"')
  const pad = 131_072 - before.length - after.length - 2
  const response = await relay.deliver({ body: `${before}"${'m'.repeat(pad)}"${after}` })
  expect(response.status).toBe(202)
})

test('tells a body that did not arrive from one that MLflow signed', async () => {
  const socket = sendHead(relay.url(), ['content-length: 9', 'expect: 100-continue', ...delivery])
  await once(socket, 'data')
  socket.destroy()
  expect(await relay.log(1)).toEqual([
    `delivery ${id}: 400 refused: incomplete. If it is from MLflow, ` +
      'the next scheduled sync makes up for it',
  ])
})

// These three wait for their limits at the same time.
test('waits for nobody forever', async () => {
  await Promise.all([closesStalled(), givesUpOnGitHub(), stops()])
})

/** Clients that stall take all connections, but are gone before a delivery that waits is answered. */
async function closesStalled(): Promise<void> {
  await relay.restartWith({ COLLECT_MS: '15000' })
  const waiting = relay.deliver()
  const length = 'content-length: 9'
  const stalled = Array.from({ length: 33 }, () => [
    connect(Number(new URL(relay.url()).port), '127.0.0.1'),
    sendHead(relay.url(), [length, ...delivery]),
    sendHead(relay.url(), [length], '/another'),
  ]).flat()
  let closed = 0
  for (const socket of stalled) {
    socket.on('error', () => undefined).on('close', () => (closed += 1))
    socket.resume()
  }
  await until(() => stalled.every(({ connecting }) => !connecting))
  await expect(fetch(`${relay.url()}/healthz`)).rejects.toThrow('fetch failed')
  expect([(await waiting).status, closed]).toEqual([202, 99])
  expect((await fetch(`${relay.url()}/healthz`)).status).toBe(200)
}

async function givesUpOnGitHub(): Promise<void> {
  const { github } = relay
  const repository = github.createRepository('acme/hanging')
  github.inject(
    { kind: 'hang' },
    { match: (request) => isDispatch(request) && request.path.includes('acme/hanging') },
  )
  const hanging = await startRelay(github, repository)
  const response = await deliver(hanging)
  expect([response.status, await response.text()]).toEqual([
    503,
    expect.stringContaining('no response from GitHub (TimeoutError). MLflow tries again in '),
  ])
  expect(await hanging.stop()).toBe(0)
}

/** The process ends although a client keeps its connection open in the middle of a request. */
async function stops(): Promise<void> {
  const stopping = await startRelay(relay.github, relay.github.createRepository('acme/stopping'))
  const head = ['content-length: 9', 'expect: 100-continue', ...delivery]
  const socket = sendHead(stopping.url, head)
  await once(socket, 'data')
  expect(await stopping.stop({ withinMs: 30_000 })).toBe(0)
  socket.destroy()
}

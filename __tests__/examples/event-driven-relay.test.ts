import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals'
import { isDispatch } from '../../testing/github/matchers.ts'
import type { Repository } from '../../testing/github/repository.ts'
import { startGitHub } from '../../testing/github/server.ts'
import {
  deliver,
  dispatchesTo,
  dispatchOf,
  event,
  now,
  spawnRelay,
  startRelay,
  type Delivery,
  type Relay,
} from '../fixtures/relay.ts'

const github = await startGitHub()
afterAll(async () => {
  await github.close()
  expect(github.violations).toEqual([])
})

let repository: Repository
let relay: Relay
let count = 0

beforeEach(async () => {
  count += 1
  repository = github.createRepository(`acme/deployments-${count}`)
  relay = await startRelay(github, repository)
})

const stop = async (): Promise<void> => expect(await relay.stop()).toBe(0)
afterEach(stop)

async function restartWith(env: Readonly<Record<string, string>>): Promise<void> {
  await stop()
  relay = await startRelay(github, repository, env)
}

const dispatches = () => dispatchesTo(github, repository)
const created = 'model_version.created'
const genuine = { id: randomUUID(), timestamp: now(), body: event('model_version', 'created') }

/** What differs from a genuine delivery, how it is answered, and why. */
const forgeries = (): (readonly [string, Delivery, number, string])[] => [
  ['another secret', { secret: 'guessed' }, 401, 'wrong signature'],
  ['a changed body', { sent: { body: `${genuine.body} ` } }, 401, 'wrong signature'],
  ['a changed id', { sent: { id: randomUUID() } }, 401, 'wrong signature'],
  ['a changed timestamp', { sent: { timestamp: now(-1) } }, 401, 'wrong signature'],
  ['a shorter signature', { signature: 'v1,AAAA' }, 401, 'wrong signature'],
  ['a longer signature', { signature: `v1,${'A'.repeat(4000)}` }, 401, 'wrong signature'],
  ['malformed base64', { signature: `v1,${'%'.repeat(44)}` }, 401, 'wrong signature'],
  ['another version', { signature: `v2,${'A'.repeat(44)}` }, 401, 'wrong signature'],
  ['no signature', { without: 'signature' }, 401, 'no signature'],
  ['no delivery id', { without: 'delivery-id' }, 400, 'no valid delivery id'],
  ['no timestamp', { without: 'timestamp' }, 400, 'no valid timestamp'],
  ['a long delivery id', { id: 'a'.repeat(65) }, 400, 'no valid delivery id'],
  ['a dot in the delivery id', { id: `a.${now()}` }, 400, 'no valid delivery id'],
  ['a timestamp that is no number', { timestamp: 'NaN' }, 400, 'no valid timestamp'],
  ['a negative timestamp', { timestamp: '-1' }, 400, 'no valid timestamp'],
  ['an old timestamp', { timestamp: now(-310) }, 401, 'timestamp too far from now'],
  ['a timestamp in the future', { timestamp: now(330) }, 401, 'timestamp too far from now'],
  ['a huge body', { body: 'x'.repeat(1024 * 1024 + 1) }, 413, 'more than 1048576 bytes'],
  ['a body that is not JSON', { body: 'mlflow\ndispatched' }, 400, 'incomplete, or not JSON'],
  ['a body without an event', { body: 'null' }, 400, 'incomplete, or not JSON'],
]

test('refuses forged deliveries, in one line each and without their contents', async () => {
  const forged = forgeries()
  for (const [what, delivery, status, reason] of forged) {
    const response = await deliver(relay, delivery)
    expect([what, response.status, await response.text()]).toEqual([what, status, `${reason}\n`])
  }
  expect(relay.log()).toEqual(forged.map(([, , status, text]) => `refused with ${status}: ${text}`))
  expect(dispatches()).toEqual([])
})

test('refuses a delivery that it has dispatched, or is about to', async () => {
  await restartWith({ COLLECT_MS: '200' })
  const statuses = await Promise.all(
    [1, 2, 3].map(async () => (await deliver(relay, genuine)).status),
  )
  expect(statuses.sort()).toEqual([202, 409, 409])
  expect((await deliver(relay, genuine)).status).toBe(409)
  expect(dispatches()).toEqual([dispatchOf(created)])
})

test('remembers a limited number of deliveries', async () => {
  await restartWith({ REMEMBERED_DELIVERIES: '2' })
  const ids = ['first', 'second', 'third']
  for (const id of ids) expect((await deliver(relay, { id })).status).toBe(202)
  expect((await deliver(relay, { id: 'second' })).status).toBe(409)
  expect((await deliver(relay, { id: 'first' })).status).toBe(202)
})

test('sends one dispatch for the events of some seconds, or for what it has when it stops', async () => {
  await restartWith({ COLLECT_MS: '15000' })
  const bodies = [
    ...Array<string>(20).fill(genuine.body),
    event('model_version_alias', 'deleted'),
    event('model_version_tag', 'set'),
  ]
  const pairs = bodies.map((body) => {
    const delivery = { id: randomUUID(), body }
    return [deliver(relay, delivery), deliver(relay, delivery)]
  })
  // One of each pair is refused at once, as a replay of the other, which waits.
  await Promise.all(pairs.map((pair) => Promise.race(pair)))
  expect(dispatches()).toEqual([])
  await stop()
  const responses = await Promise.all(pairs.flat())
  const accepted = responses.filter(({ status }) => status === 202)
  expect(accepted).toHaveLength(bodies.length)
  // Otherwise the process would wait until the clients close their connections.
  expect(new Set(accepted.map(({ headers }) => headers.get('connection')))).toEqual(
    new Set(['close']),
  )
  const [sent, ...others] = dispatches()
  expect(sent?.client_payload.events.toSorted()).toEqual([
    created,
    'model_version_alias.deleted',
    'model_version_tag.set',
  ])
  expect(others).toEqual([])
})

test('verifies the bytes that were sent, whatever they are', async () => {
  const [before, after] = genuine.body.split('"m"')
  const body = Buffer.concat([
    Buffer.from(`${before}"`),
    Buffer.from([0xff]),
    Buffer.from(`"${after}`),
  ])
  expect((await deliver(relay, { body })).status).toBe(202)
})

test('tolerates clocks that differ', async () => {
  expect((await deliver(relay, { timestamp: now(-290) })).status).toBe(202)
  expect((await deliver(relay, { timestamp: now(290) })).status).toBe(202)
})

test('accepts a delivery again that GitHub did not', async () => {
  const limits = { 'retry-after': '60' }
  github.inject({ kind: 'respond', status: 503 }, { match: isDispatch })
  github.inject({ kind: 'respond', status: 403, headers: limits }, { match: isDispatch })
  const attempt = async () => {
    const { status, headers } = await deliver(relay, genuine)
    return [status, headers.get('retry-after')]
  }
  expect(await attempt()).toEqual([503, '0'])
  expect(await attempt()).toEqual([503, '0'])
  expect(await attempt()).toEqual([202, null])
  expect(await attempt()).toEqual([409, null])
})

test('does not ask for a retry that cannot succeed', async () => {
  await restartWith({ GITHUB_TOKEN: 'expired-token' })
  const response = await deliver(relay, genuine)
  const text = await response.text()
  expect([response.status, text]).toEqual([424, expect.stringContaining('Bad credentials')])
  expect(relay.log().map((line) => `${line}\n`)).toEqual([text])
})

test('does not take every success for an accepted dispatch', async () => {
  const page = { status: 200, body: '<title>Sign in</title>' }
  github.inject({ kind: 'respond', ...page }, { match: isDispatch })
  const response = await deliver(relay, genuine)
  const text = 'not dispatched: GitHub responded with 200 "<title>Sign in</title>"\n'
  expect([response.status, await response.text()]).toEqual([424, text])
})

test('ignores events that change no file', async () => {
  for (const [entity, action] of [
    ['registered_model', 'created'],
    ['prompt_version', 'created'],
    ['model_version', 'created"],"x":["'],
  ] as const) {
    const response = await deliver(relay, { body: event(entity, action) })
    expect([response.status, await response.text()]).toEqual([200, 'nothing to do\n'])
  }
  expect(dispatches()).toEqual([])
})

test('has one path for deliveries and one for probes', async () => {
  const statusOf = async (path: string, method = 'GET') =>
    (await fetch(relay.url + path, { method })).status
  expect(await statusOf('/healthz')).toBe(200)
  expect(await statusOf('/mlflow')).toBe(405)
  expect(await statusOf('/')).toBe(404)
  expect(await statusOf('/mlflow/..%0adispatched', 'POST')).toBe(404)
  expect(relay.log()).toEqual([
    'refused with 405: another method',
    'refused with 404: another path',
    'refused with 404: another path',
  ])
})

test('names all settings that are wrong, without their values', async () => {
  const { lines, exitCode } = spawnRelay({
    MLFLOW_WEBHOOK_SECRET: 'copied with its line break\n',
    GITHUB_REPOSITORY: 'https://github.com/acme/deployments',
    PORT: 'eighty',
    COLLECT_MS: '60000',
  })
  expect(await exitCode()).toBe(2)
  expect(lines()).toEqual([
    'The relay cannot start: MLFLOW_WEBHOOK_SECRET must be one line without blanks around it; ' +
      'GITHUB_TOKEN is not set; GITHUB_REPOSITORY must be owner/name; ' +
      'PORT must be a whole number; COLLECT_MS must not be above 15000.',
  ])
})

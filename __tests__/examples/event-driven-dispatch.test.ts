import { randomUUID } from 'node:crypto'
import { expect, test } from '@jest/globals'
import type { FaultResponse } from '../../testing/github/faults.ts'
import { isDispatch } from '../../testing/github/matchers.ts'
import { event, now, type Delivery } from '../fixtures/relay.ts'
import { useRelay } from '../fixtures/use-relay.ts'

const relay = await useRelay()
const created = 'model_version.created'
const genuine = { id: randomUUID(), timestamp: now(), body: event('model_version', 'created') }
test('sends one dispatch for the events of some seconds, or for what it has when it stops', async () => {
  await relay.restartWith({ COLLECT_MS: '15000' })
  const bodies = [
    ...Array<string>(20).fill(genuine.body),
    event('model_version_alias', 'deleted'),
    event('model_version_tag', 'set'),
  ]
  const pairs = bodies.map((body) => {
    const delivery = { id: randomUUID(), body }
    return [relay.deliver(delivery), relay.deliver(delivery)]
  })
  // One of each pair is refused at once, as a replay of the other, which waits.
  await Promise.all(pairs.map((pair) => Promise.race(pair)))
  expect(relay.dispatches()).toEqual([])
  await relay.stop()
  const responses = await Promise.all(pairs.flat())
  const accepted = responses.filter(({ status }) => status === 202)
  expect(accepted).toHaveLength(bodies.length)
  // Otherwise the process would wait until the clients close their connections.
  expect(new Set(accepted.map(({ headers }) => headers.get('connection')))).toEqual(
    new Set(['close']),
  )
  const [sent, ...others] = relay.dispatches()
  expect(sent?.client_payload.events.toSorted()).toEqual([
    created,
    'model_version_alias.deleted',
    'model_version_tag.set',
  ])
  expect(others).toEqual([])
})

const retryAfterOf = async (delivery: Delivery = {}) => {
  const { status, headers } = await relay.deliver(delivery)
  return [status, headers.get('retry-after')]
}

test('accepts a delivery again that GitHub did not', async () => {
  relay.github.inject({ kind: 'respond', status: 503 }, { match: isDispatch })
  relay.github.inject({ kind: 'respond', status: 500 }, { match: isDispatch })
  expect(await retryAfterOf(genuine)).toEqual([503, '0'])
  expect(await retryAfterOf(genuine)).toEqual([503, '0'])
  expect(await retryAfterOf(genuine)).toEqual([202, null])
  expect(await retryAfterOf(genuine)).toEqual([409, null])
})

const secondaryLimit = JSON.stringify({ message: 'You have exceeded a secondary rate limit.' })

const limits: readonly (readonly [FaultResponse, string])[] = [
  [{ status: 403, headers: { 'retry-after': '30' } }, '30'],
  [{ status: 503, headers: { 'retry-after': '20' } }, '20'],
  [{ status: 429, headers: { 'retry-after': '3600' } }, '60'],
  [{ status: 429 }, '60'],
  [{ status: 403, body: secondaryLimit }, '60'],
  [{ status: 403, headers: { 'x-ratelimit-remaining': '0' } }, '60'],
]

test('asks MLflow to wait as long as GitHub does, but at most a minute', async () => {
  for (const [response, retryAfter] of limits) {
    relay.github.inject({ kind: 'respond', ...response }, { match: isDispatch })
    expect([response, ...(await retryAfterOf())]).toEqual([response, 503, retryAfter])
  }
  expect(await relay.log(limits.length)).toEqual(
    limits.map(([, retryAfter]) =>
      expect.stringContaining(`MLflow tries again in ${retryAfter} s, up to three times`),
    ),
  )
})

test('does not ask for a retry that cannot succeed', async () => {
  const forbidden = { status: 403, body: 'Resource not accessible by personal access token' }
  relay.github.inject({ kind: 'respond', ...forbidden }, { match: isDispatch })
  expect(await retryAfterOf()).toEqual([424, null])
  await relay.restartWith({ GITHUB_TOKEN: 'expired-token' })
  const response = await relay.deliver(genuine)
  const text = await response.text()
  expect([response.status, text]).toEqual([
    424,
    expect.stringMatching(/Bad credentials.*\. Check GITHUB_TOKEN and GITHUB_REPOSITORY\n$/),
  ])
  expect((await relay.log(1)).map((line) => `${line}\n`)).toEqual([
    `delivery ${genuine.id}: 424 ${text}`,
  ])
})

test('says why a redirect failed', async () => {
  const location = `${relay.github.apiUrl}/api/v3/repos/${relay.repository().fullName}/dispatches`
  const redirect = { kind: 'respond', status: 307, headers: { location } } as const
  relay.github.inject(redirect, { match: isDispatch, times: Infinity })
  expect(await (await relay.deliver()).text()).toContain(' (redirect count exceeded). ')
  relay.github.clearFaults()
})

test('does not take every success for an accepted dispatch', async () => {
  const page = { status: 200, body: '<title>Sign in</title>' }
  relay.github.inject({ kind: 'respond', ...page }, { match: isDispatch })
  const response = await relay.deliver(genuine)
  const text = 'not dispatched: GitHub responded with 200 "<title>Sign in</title>". '
  expect([response.status, await response.text()]).toEqual([424, expect.stringContaining(text)])
})

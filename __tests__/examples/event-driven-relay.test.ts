import { randomUUID } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { dispatchOf, event, now, spawnRelay, type Delivery } from '../fixtures/relay.ts'
import { useRelay } from '../fixtures/use-relay.ts'

const relay = await useRelay()
const created = 'model_version.created'
const defaultId = randomUUID()
const genuine = { id: randomUUID(), timestamp: now(), body: event('model_version', 'created') }

const runScript = 'If it is from MLflow, run create-webhook.py with the secret of the relay'
const isWrong = `wrong signature. ${runScript}`
const isInvalid = `no valid signature. ${runScript}`
const noId = 'no valid delivery id. It is not from MLflow'
const noTimestamp = 'no valid timestamp. It is not from MLflow'
const isOld = 'sent … s ago. Is a clock wrong?'
const noEvent = 'signed, but not an event. Is this MLflow too new for the relay?'

/** What differs from a genuine delivery, how it is answered, and why. */
const forgeries = (): (readonly [string, Delivery, number, string])[] => [
  ['another secret', { secret: 'guessed' }, 401, isWrong],
  ['a changed body', { sent: { body: `${genuine.body} ` } }, 401, isWrong],
  ['a changed id', { sent: { id: randomUUID() } }, 401, isWrong],
  ['a changed timestamp', { sent: { timestamp: now(-1) } }, 401, isWrong],
  ['a shorter signature', { signature: 'v1,AAAA' }, 401, isInvalid],
  ['a longer signature', { signature: `v1,${'A'.repeat(4000)}` }, 401, isInvalid],
  ['malformed base64', { signature: `v1,${'%'.repeat(44)}` }, 401, isInvalid],
  ['another version', { signature: `v2,${'A'.repeat(44)}` }, 401, isInvalid],
  ['no signature', { without: 'signature' }, 401, isInvalid],
  ['no delivery id', { without: 'delivery-id' }, 400, noId],
  ['no timestamp', { without: 'timestamp' }, 400, noTimestamp],
  ['a long delivery id', { id: 'a'.repeat(65) }, 400, noId],
  ['a dot in the delivery id', { id: `a.${now()}` }, 400, noId],
  ['a timestamp that is not a number', { timestamp: 'NaN' }, 400, noTimestamp],
  ['a negative timestamp', { timestamp: '-1' }, 400, noTimestamp],
  ['an old timestamp', { timestamp: now(-310) }, 401, isOld],
  ['a timestamp in the future', { timestamp: now(330) }, 401, isOld],
  ['a body that is not JSON', { body: 'mlflow\ndispatched' }, 400, noEvent],
  ['a body without an event', { body: 'null' }, 400, noEvent],
]

test('refuses forged deliveries, in one line each and without their contents', async () => {
  const forged = forgeries()
  const masked = (text: string) => text.replace(/-?\d{3} s ago/, '… s ago')
  for (const [what, delivery, status, reason] of forged) {
    const response = await relay.deliver({ id: defaultId, ...delivery })
    const text = masked(await response.text())
    expect([what, response.status, text]).toEqual([what, status, `refused: ${reason}\n`])
  }
  expect((await relay.log(forged.length)).map(masked)).toEqual(
    forged.map(([, { id, sent }, status, reason]) => {
      const who = reason === noId ? 'no delivery' : `delivery ${sent?.id ?? id ?? defaultId}`
      return `${who}: ${status} refused: ${reason}`
    }),
  )
  expect(relay.dispatches()).toEqual([])
})

test('refuses a delivery that it has dispatched, or is about to', async () => {
  await relay.restartWith({ COLLECT_MS: '200' })
  const statuses = await Promise.all(
    [1, 2, 3].map(async () => (await relay.deliver(genuine)).status),
  )
  expect(statuses.sort()).toEqual([202, 409, 409])
  expect((await relay.deliver(genuine)).status).toBe(409)
  expect(relay.dispatches()).toEqual([dispatchOf(created)])
})

test('remembers a limited number of deliveries', async () => {
  await relay.restartWith({ REMEMBERED_DELIVERIES: '2' })
  const ids = ['first', 'second', 'third']
  for (const id of ids) expect((await relay.deliver({ id })).status).toBe(202)
  expect((await relay.deliver({ id: 'second' })).status).toBe(409)
  expect((await relay.deliver({ id: 'first' })).status).toBe(202)
})

test('verifies the bytes that were sent, whatever they are', async () => {
  const [before, after] = genuine.body.split('"m"')
  const body = Buffer.concat([
    Buffer.from(`${before}"`),
    Buffer.from([0xff]),
    Buffer.from(`"${after}`),
  ])
  expect((await relay.deliver({ body })).status).toBe(202)
})

test('tolerates clocks that differ', async () => {
  expect((await relay.deliver({ timestamp: now(-290) })).status).toBe(202)
  expect((await relay.deliver({ timestamp: now(290) })).status).toBe(202)
})

test('ignores events that change no file', async () => {
  const lines: string[] = []
  const ignored = 'nothing to do: no file depends on'
  for (const [entity, action, text] of [
    ['registered_model', 'created', `${ignored} "registered_model.created"`],
    ['prompt_version', 'created', `${ignored} "prompt_version.created"`],
    ['model_version', 'created\n', `${ignored} "model_version.created\\n"`],
  ] as const) {
    const response = await relay.deliver({ id: defaultId, body: event(entity, action) })
    expect([response.status, await response.text()]).toEqual([200, `${text}\n`])
    lines.push(`delivery ${defaultId}: 200 ${text}`)
  }
  expect(await relay.log(lines.length)).toEqual(lines)
  expect(relay.dispatches()).toEqual([])
})

test('has one path for deliveries and one for probes', async () => {
  const statusOf = async (path: string, method = 'GET') =>
    (await fetch(relay.url() + path, { method })).status
  expect(await statusOf('/healthz')).toBe(200)
  expect(await statusOf('/mlflow')).toBe(405)
  expect(await statusOf('/')).toBe(404)
  expect(await statusOf('/mlflow/..%0adispatched', 'POST')).toBe(404)
  expect(await relay.log(3)).toEqual([
    'no delivery: 405 refused: another method. It is not from MLflow',
    'no delivery: 404 refused: another path. Does the webhook end in /mlflow?',
    'no delivery: 404 refused: another path. Does the webhook end in /mlflow?',
  ])
})

test('names all settings that are wrong, without their values', async () => {
  const { lines, exitCode } = spawnRelay({
    MLFLOW_WEBHOOK_SECRET: 'copied with its line break\n',
    GITHUB_REPOSITORY: 'https://relay.github.com/acme/deployments',
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

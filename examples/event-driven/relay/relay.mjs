// Passes MLflow's webhooks on to GitHub as `repository_dispatch`, which starts the workflow that syncs.
// `node relay.mjs` needs Node.js 22 or newer, no packages, and something in front of it that ends TLS.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const problems = []
const setting = (name, pattern, rule, fallback) => {
  const value = process.env[name] || fallback
  if (value === undefined) problems.push(`${name} is not set`)
  else if (!pattern.test(value)) problems.push(`${name} must be ${rule}`)
  return value
}
const number = (name, fallback, highest) => {
  const value = Number(setting(name, /^\d{1,7}$/, 'a whole number', String(fallback)))
  if (value > highest) problems.push(`${name} must not be above ${highest}`)
  return value
}

const secret = setting('MLFLOW_WEBHOOK_SECRET', /^\S(.*\S)?$/, 'one line without blanks around it')
const token = setting('GITHUB_TOKEN', /^[!-~]+$/, 'a token without blanks and line breaks')
const repository = setting('GITHUB_REPOSITORY', /^[\w.-]+\/[\w.-]+$/, 'owner/name')
const eventType = setting(
  'EVENT_TYPE',
  /^[\w.-]{1,100}$/,
  'made of letters, digits, . _ -',
  'mlflow',
)
const api = setting('GITHUB_API_URL', /^https?:\/\/\S+$/, 'an address', 'https://api.github.com')
const port = number('PORT', 8080, 65_535)
// How long deliveries are collected for one dispatch. MLflow waits 30 s for each response.
const collectMs = number('COLLECT_MS', 5000, 15_000)
// All attempts of a delivery have the timestamp of the first one.
const toleranceSeconds = number('TOLERANCE_SECONDS', 300, 3600)
const retryAfterSeconds = number('RETRY_AFTER_SECONDS', 10, 60)
const maxRemembered = number('REMEMBERED_DELIVERIES', 10_000, 1_000_000)
const maxBodyBytes = 1024 * 1024

if (problems.length > 0) {
  console.error(`The relay cannot start: ${problems.join('; ')}.`)
  process.exit(2)
}

const stopping = new AbortController()
let batch // the deliveries that wait for the next dispatch: they share it, and its result
const received = new Set() // ids of deliveries that were dispatched, or are about to be

function refuse(status, text) {
  console.log(`refused with ${status}: ${text}`)
  return { status, text }
}

/** Nothing but the names of the events is passed on: the action reads MLflow itself. */
async function dispatch(events) {
  const url = `${api.replace(/\/+$/, '')}/repos/${repository}/dispatches`
  const body = JSON.stringify({ event_type: eventType, client_payload: { events } })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  try {
    const options = { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) }
    const response = await fetch(url, options)
    if (response.status === 204) return { status: 202, text: `dispatched: ${events.join(', ')}` }
    // As JSON, the reason is one line whatever it contains.
    const reason = JSON.stringify((await response.text()).slice(0, 300))
    // MLflow tries again after 429 and 5xx only, which helps against a rate limit, not a wrong token.
    const isTemporary = [403, 429].includes(response.status) || response.status >= 500
    const text = `not dispatched: GitHub responded with ${response.status} ${reason}`
    return { status: isTemporary ? 503 : 424, text }
  } catch (error) {
    return { status: 503, text: `not dispatched: no response (${error.cause?.code ?? error.name})` }
  }
}

async function dispatchBatch({ events }) {
  // A process that is asked to stop does not wait.
  await sleep(collectMs, undefined, { signal: stopping.signal }).catch(() => undefined)
  batch = undefined
  const result = await dispatch([...events])
  console.log(result.text)
  return result
}

function joinBatch(event) {
  batch ??= { events: new Set() }
  batch.events.add(event)
  batch.result ??= dispatchBatch(batch)
  return batch.result
}

async function readBody(request) {
  const chunks = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size <= maxBodyBytes) chunks.push(chunk)
  }
  return size > maxBodyBytes ? undefined : Buffer.concat(chunks)
}

async function receive(request) {
  const body = await readBody(request)
  if (body === undefined) return refuse(413, `more than ${maxBodyBytes} bytes`)
  const [id, timestamp, signature] = ['delivery-id', 'timestamp', 'signature'].map(
    (name) => request.headers[`x-mlflow-${name}`] ?? '',
  )
  // Neither may contain a dot, so that the signed text can be read in one way only.
  if (!/^[\w-]{1,64}$/.test(id)) return refuse(400, 'no valid delivery id')
  if (!/^\d{1,12}$/.test(timestamp)) return refuse(400, 'no valid timestamp')
  const hmac = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body)
  const expected = Buffer.from(`v1,${hmac.digest('base64')}`)
  const given = Buffer.from(signature)
  const isSigned = given.length === expected.length && timingSafeEqual(given, expected)
  if (!isSigned) return refuse(401, signature === '' ? 'no signature' : 'wrong signature')
  const age = Math.abs(Date.now() / 1000 - timestamp)
  if (age > toleranceSeconds) return refuse(401, 'timestamp too far from now')
  if (received.has(id)) return refuse(409, 'delivery received before')

  const { entity, action } = JSON.parse(body.toString())
  const event = `${entity}.${action}`
  const isRelevant = /^model_version(\.created|_tag\.(set|deleted)|_alias\.(created|deleted))$/
  if (!isRelevant.test(event)) return { status: 200, text: 'nothing to do' }
  received.add(id)
  if (received.size > maxRemembered) received.delete(received.values().next().value) // the oldest
  const result = await joinBatch(event)
  // Or else MLflow's next attempt, which has the same id, would be taken for a replay.
  if (result.status !== 202) received.delete(id)
  return result
}

async function respond(request) {
  if (request.url === '/healthz') return { status: 200, text: 'ok' }
  if (request.url !== '/mlflow') return refuse(404, 'another path')
  if (request.method !== 'POST') return refuse(405, 'another method')
  return receive(request).catch(() => refuse(400, 'incomplete, or not JSON'))
}

const server = createServer({ requestTimeout: 10_000 }, async (request, response) => {
  const { status, text } = await respond(request)
  if (status === 503) response.setHeader('retry-after', retryAfterSeconds)
  if (stopping.signal.aborted) response.setHeader('connection', 'close')
  response.writeHead(status, { 'content-type': 'text/plain', allow: 'POST' }).end(`${text}\n`)
})
server.maxConnections = 100
server.listen(port, () => console.log(`listening on port ${server.address().port}`))
process.once('SIGTERM', () => {
  stopping.abort()
  server.close()
})

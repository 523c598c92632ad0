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
const eventType = setting('EVENT_TYPE', /^[\w.-]{1,100}$/, 'of letters, digits, . _ -', 'mlflow')
const api = setting('GITHUB_API_URL', /^https?:\/\/\S+$/, 'an address', 'https://api.github.com')
const port = number('PORT', 8080, 65_535)
// How long deliveries are collected for one dispatch. MLflow waits 30 s for each response.
const collectMs = number('COLLECT_MS', 5000, 15_000)
// All attempts of a delivery have the timestamp of the first: up to four, each at most 60 s later.
const toleranceSeconds = number('TOLERANCE_SECONDS', 300, 3600)
const retryAfterSeconds = number('RETRY_AFTER_SECONDS', 10, 60)
const maxRemembered = number('REMEMBERED_DELIVERIES', 10_000, 1_000_000)
const maxBodyBytes = 128 * 1024 // the longest tag of MLflow has 100,000 characters

if (problems.length > 0) {
  console.error(`The relay cannot start: ${problems.join('; ')}.`)
  process.exit(2)
}

const idPattern = /^[\w-]{1,64}$/
const setSecret = 'If it is from MLflow, run create-webhook.py with the secret of the relay'
const incomplete = 'incomplete. If it is from MLflow, the next scheduled sync makes up for it'
const stopping = new AbortController()
let batch // the deliveries that wait for the next dispatch: they share it, and its result
const received = new Set() // ids of deliveries that were dispatched, or are about to be

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
    return notDispatched(response, JSON.stringify((await response.text()).slice(0, 300)))
  } catch (error) {
    const reason = error.cause?.code ?? error.cause?.message ?? error.name
    return tryAgain(`no response from GitHub (${reason})`, retryAfterSeconds)
  }
}

/** MLflow tries again after 429 and 5xx only, which helps against a rate limit, not a wrong token. */
function notDispatched({ status, headers }, reason) {
  const text = `GitHub responded with ${status} ${reason}`
  const after = headers.get('retry-after')
  const isExhausted = headers.get('x-ratelimit-remaining') === '0' || /rate limit/i.test(reason)
  const isLimit = status === 429 || (status === 403 && (after !== null || isExhausted))
  if (isLimit || status >= 500)
    return tryAgain(text, Math.min(60, Number(after) || (isLimit ? 60 : retryAfterSeconds)))
  return { status: 424, text: `not dispatched: ${text}. Check GITHUB_TOKEN and GITHUB_REPOSITORY` }
}

function tryAgain(reason, retryAfter) {
  const text = `not dispatched: ${reason}. MLflow tries again in ${retryAfter} s, up to three times`
  return { status: 503, text, retryAfter }
}

async function dispatchBatch({ events }) {
  // A process that is asked to stop does not wait.
  await sleep(collectMs, undefined, { signal: stopping.signal }).catch(() => undefined)
  batch = undefined
  return dispatch([...events])
}

function joinBatch(event) {
  batch ??= { events: new Set() }
  batch.events.add(event)
  batch.result ??= dispatchBatch(batch)
  return batch.result
}

const refuse = (status, text) => ({ status, text: `refused: ${text}` })

/** What is refused before the body is read, since anybody can send one. */
function refuseHeaders({ url, method }, { length, id, timestamp, signature }) {
  if (url !== '/mlflow') return refuse(404, 'another path. Does the webhook end in /mlflow?')
  if (method !== 'POST') return refuse(405, 'another method. It is not from MLflow')
  // MLflow sends it. Chunks are not accepted: each takes memory, however short it is.
  if (length === undefined) return refuse(411, 'no Content-Length. Does a proxy remove it?')
  if (length > maxBodyBytes) return refuse(413, 'too long. The next scheduled sync makes up for it')
  // Neither may contain a dot, so that the signed text can be read in one way only.
  if (!idPattern.test(id)) return refuse(400, 'no valid delivery id. It is not from MLflow')
  if (!/^\d{1,12}$/.test(timestamp)) return refuse(400, 'no valid timestamp. It is not from MLflow')
  if (!/^v1,[\w+/]{43}=$/.test(signature)) return refuse(401, `no valid signature. ${setSecret}`)
  const age = Math.round(Date.now() / 1000 - timestamp)
  if (Math.abs(age) > toleranceSeconds) return refuse(401, `sent ${age} s ago. Is a clock wrong?`)
}

async function receive(request, { id, timestamp, signature, length }) {
  const body = Buffer.alloc(Number(length))
  let size = 0
  for await (const chunk of request) size += chunk.copy(body, size)
  const hmac = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body)
  const expected = Buffer.from(`v1,${hmac.digest('base64')}`)
  const isSigned = timingSafeEqual(Buffer.from(signature), expected)
  if (!isSigned) return refuse(401, `wrong signature. ${setSecret}`)
  if (received.has(id)) return refuse(409, 'received before. Nothing to do')
  let event
  try {
    const { entity, action } = JSON.parse(body.toString())
    event = `${entity}.${action}`
  } catch {
    return refuse(400, 'signed, but not an event. Is this MLflow too new for the relay?')
  }
  const isRelevant = /^model_version(\.created|_tag\.(set|deleted)|_alias\.(created|deleted))$/
  if (isRelevant.test(event)) return accept(id, event)
  return { status: 200, text: `nothing to do: no file depends on ${JSON.stringify(event)}` }
}

async function accept(id, event) {
  received.add(id)
  if (received.size > maxRemembered) received.delete(received.values().next().value) // the oldest
  const result = await joinBatch(event)
  // Or else MLflow's next attempt, which has the same id, would be taken for a replay.
  if (result.status !== 202) received.delete(id)
  return result
}

async function respond(request) {
  if (request.url === '/healthz') return { status: 200, text: 'ok' }
  const [id, timestamp, signature] = ['delivery-id', 'timestamp', 'signature'].map(
    (name) => request.headers[`x-mlflow-${name}`] ?? '',
  )
  const delivery = { id, timestamp, signature, length: request.headers['content-length'] }
  const receiveAll = () => receive(request, delivery).catch(() => refuse(400, incomplete))
  const result = refuseHeaders(request, delivery) ?? (await receiveAll())
  const name = idPattern.test(id) ? `delivery ${id}` : 'no delivery'
  console.log(`${name}: ${result.status} ${result.text}`)
  return result
}

// Node.js would look for requests that take longer only every 30 s.
const options = { requestTimeout: 10_000, connectionsCheckingInterval: 1000 }
const server = createServer(options, async (request, response) => {
  const { status, text, retryAfter } = await respond(request)
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter)
  // Does not wait for the end of a body that is too long to be read.
  const isLast = stopping.signal.aborted || status === 411 || status === 413
  if (isLast) response.setHeader('connection', 'close')
  response.writeHead(status, { 'content-type': 'text/plain', allow: 'POST' }).end(`${text}\n`)
})
server.maxConnections = 100
server.listen(port, () => console.log(`listening on port ${server.address().port}`))
process.once('SIGTERM', () => {
  stopping.abort()
  server.close()
  // By then every dispatch has ended. What is left are requests that never arrive in full.
  sleep(15_000, undefined, { ref: false }).then(() => server.closeAllConnections())
})

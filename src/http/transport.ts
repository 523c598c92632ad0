import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { getProxyUrl } from '@actions/http-client'
import { Agent, type Dispatcher, ProxyAgent, request as sendRequest } from 'undici'

export type HttpRequest = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** An answer that was read whole. */
export type HttpResponse = {
  readonly kind: 'response'
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** No whole answer: the request may or may not have reached the server. */
export type HttpFailure = {
  readonly kind: 'failure'
  readonly reason: FailureReason
  readonly detail: string
}

export type HttpResult = HttpResponse | HttpFailure

/**
 * Sends one request once. Never throws for what a network does; never follows a redirect. Not
 * `fetch`, which refuses some ports (6000, for one) and keeps its reasons to itself.
 */
export type Transport = {
  readonly send: (request: HttpRequest) => Promise<HttpResult>
  /** Closes the kept-alive connections. */
  readonly close: () => Promise<void>
}

export type TransportOptions = {
  /** Longest silence of the server, in milliseconds, as in MLflow's own client. */
  readonly timeoutMs: number
  /** Certificates to trust, PEM; undefined: those that Node.js trusts. */
  readonly ca?: readonly string[]
  /** Accept any certificate. */
  readonly insecureTls?: boolean
  /** Ends a request under way when the job is cancelled. */
  readonly signal: AbortSignal
}

/** A drip-fed answer may take this many times the longest silence. */
const wholeAnswerFactor = 10

export function createTransport(options: TransportOptions): Transport {
  const dispatchers = new Map<string, Dispatcher>()

  const dispatcherFor = (url: URL): Dispatcher => {
    const known = dispatchers.get(url.origin)
    if (known !== undefined) return known
    const created = createDispatcher(url, options)
    dispatchers.set(url.origin, created)
    return created
  }

  const send = async (request: HttpRequest): Promise<HttpResult> => {
    const limit = AbortSignal.timeout(options.timeoutMs * wholeAnswerFactor)
    try {
      const response = await sendRequest(request.url, {
        method: request.method as Dispatcher.HttpMethod,
        headers: { 'user-agent': 'mlflow-sync', 'accept-encoding': 'gzip', ...request.headers },
        ...(request.body === undefined ? {} : { body: request.body }),
        dispatcher: dispatcherFor(new URL(request.url)),
        signal: AbortSignal.any([options.signal, limit]),
      })
      const bytes = Buffer.from(await response.body.arrayBuffer())
      const headers = singleHeaders(response.headers)
      const plain = headers['content-encoding'] === 'gzip' ? await unzip(bytes) : bytes
      return {
        kind: 'response',
        status: response.statusCode,
        headers,
        text: plain.toString('utf8'),
      }
    } catch (error) {
      options.signal.throwIfAborted()
      return { kind: 'failure', ...describeFailure(error, options.timeoutMs) }
    }
  }

  const close = async (): Promise<void> => {
    await Promise.all([...dispatchers.values()].map((dispatcher) => dispatcher.destroy()))
  }

  return { send, close }
}

const unzip = promisify(gunzip)

function singleHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value = '']) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  )
}

/** Proxy variables are read as the runner's own tools read them (`https_proxy`, `no_proxy`, …). */
function createDispatcher(url: URL, options: TransportOptions): Dispatcher {
  const tls = {
    ...(options.ca === undefined ? {} : { ca: [...options.ca] }),
    ...(options.insecureTls === true ? { rejectUnauthorized: false } : {}),
  }
  const timeouts = { headersTimeout: options.timeoutMs, bodyTimeout: options.timeoutMs }
  const proxy = getProxyUrl(url.href)
  if (proxy === '') {
    return new Agent({ ...timeouts, connect: { ...tls, timeout: options.timeoutMs } })
  }
  return new ProxyAgent({
    ...timeouts,
    uri: proxy,
    proxyTunnel: false,
    requestTls: { ...tls, servername: url.hostname, timeout: options.timeoutMs },
  })
}

/** Why there was no whole answer. */
export type FailureReason = 'unknown-host' | 'refused' | 'tls' | 'timeout' | 'cut' | 'network'

const timeoutCodes = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
])

const cutCodes = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'HPE_INVALID_EOF_STATE',
  'Z_BUF_ERROR',
])

/**
 * Reads the cause out of undici's errors, which hide it one or two levels deep.
 * Codes are those of Node.js (`ECONNREFUSED`), OpenSSL (`CERT_HAS_EXPIRED`) and undici (`UND_ERR_…`).
 */
export function describeFailure(
  error: unknown,
  timeoutMs: number,
): { reason: FailureReason; detail: string } {
  const { code, message, name } = deepestCause(error)
  const detail = code === '' || message.includes(code) ? message : `${message} (${code})`
  if (timeoutCodes.has(code) || name === 'TimeoutError') {
    return { reason: 'timeout', detail: `no answer within ${timeoutMs / 1000} s` }
  }
  if (code === 'ENOTFOUND') return { reason: 'unknown-host', detail }
  if (code === 'ECONNREFUSED') return { reason: 'refused', detail }
  if (/CERT|SELF_SIGNED|UNABLE_TO_|^ERR_(TLS|SSL)|^EPROTO$/.test(code)) {
    return { reason: 'tls', detail }
  }
  if (cutCodes.has(code) || message === 'terminated') return { reason: 'cut', detail }
  return { reason: 'network', detail }
}

/** By what it has, not by its class: an error may come from another realm. */
function deepestCause(error: unknown): { code: string; message: string; name: string } {
  if (typeof error !== 'object' || error === null) {
    return { code: '', message: String(error), name: '' }
  }
  const fields = error as Readonly<Record<string, unknown>>
  const inner: unknown = Array.isArray(fields.errors) ? fields.errors[0] : fields.cause
  if (typeof inner === 'object' && inner !== null) return deepestCause(inner)
  const textOf = (name: string): string => {
    const value = fields[name]
    return typeof value === 'string' ? value : ''
  }
  return { code: textOf('code'), message: textOf('message'), name: textOf('name') }
}

/** The document in a text; undefined when the text is none, or not whole. JSON itself has no undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { getProxyUrl } from '@actions/http-client'
import { Agent, ProxyAgent, request as sendRequest, type Dispatcher } from 'undici'

export type HttpRequest = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** A response whose body was read completely. */
export type HttpResponse = {
  readonly kind: 'response'
  readonly status: number
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** No complete response; the request may still have reached the server. */
export type HttpFailure = {
  readonly kind: 'failure'
  readonly reason: FailureReason
  readonly detail: string
}

export type HttpResult = HttpResponse | HttpFailure

/**
 * Sends HTTP requests. Built on undici's `request`, because `fetch` blocks some ports (6000, for
 * example) and hides the cause of its errors.
 */
export type Transport = {
  /** Sends a request once. Network errors are results; redirects are not followed. */
  readonly send: (request: HttpRequest) => Promise<HttpResult>
  /** Closes all connections. */
  readonly close: () => Promise<void>
}

export type TransportOptions = {
  /** Maximum time in milliseconds without data from the server, as in MLflow's own client. */
  readonly timeoutMs: number
  /** PEM certificates to trust instead of Node.js's default ones. */
  readonly ca: readonly string[] | undefined
  /** Accept any certificate. */
  readonly insecureTls: boolean
  /** Aborts requests when the job is cancelled. */
  readonly signal: AbortSignal
}

/** Limits a response that arrives slowly but never pauses, as a multiple of `timeoutMs`. */
const totalTimeoutFactor = 10

export function createTransport(options: TransportOptions): Transport {
  const dispatchers = new Map<string, Dispatcher>()

  const dispatcherFor = (url: URL): Dispatcher => {
    const existing = dispatchers.get(url.origin)
    if (existing !== undefined) return existing
    const created = createDispatcher(url, options)
    dispatchers.set(url.origin, created)
    return created
  }

  const send = async (request: HttpRequest): Promise<HttpResult> => {
    const totalTimeout = AbortSignal.timeout(options.timeoutMs * totalTimeoutFactor)
    try {
      const response = await sendRequest(request.url, {
        method: request.method as Dispatcher.HttpMethod,
        headers: { 'user-agent': 'mlflow-sync', 'accept-encoding': 'gzip', ...request.headers },
        body: request.body ?? null,
        dispatcher: dispatcherFor(new URL(request.url)),
        signal: AbortSignal.any([options.signal, totalTimeout]),
      })
      const bytes = Buffer.from(await response.body.arrayBuffer())
      const headers = singleHeaders(response.headers)
      const body = headers['content-encoding'] === 'gzip' ? await unzip(bytes) : bytes
      return {
        kind: 'response',
        status: response.statusCode,
        headers,
        text: body.toString('utf8'),
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

/**
 * Reads the proxy variables (`https_proxy`, `no_proxy`, …) in the same way as the runner's tools.
 */
function createDispatcher(url: URL, options: TransportOptions): Dispatcher {
  const tls = {
    ...(options.ca === undefined ? {} : { ca: [...options.ca] }),
    ...(options.insecureTls ? { rejectUnauthorized: false } : {}),
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

/** Why there was no complete response. */
export type FailureReason =
  'unknown-host' | 'refused' | 'tls' | 'timeout' | 'interrupted' | 'network'

const timeoutCodes = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
])

const interruptedCodes = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'HPE_INVALID_EOF_STATE',
  'Z_BUF_ERROR',
])

/**
 * Finds the reason for a failed request. undici nests the cause one or two levels deep; its code is
 * from Node.js (`ECONNREFUSED`), OpenSSL (`CERT_HAS_EXPIRED`) or undici (`UND_ERR_…`).
 */
function describeFailure(
  error: unknown,
  timeoutMs: number,
): { reason: FailureReason; detail: string } {
  const { code, message, name } = deepestCause(error)
  const detail = code === '' || message.includes(code) ? message : `${message} (${code})`
  if (timeoutCodes.has(code) || name === 'TimeoutError') {
    return { reason: 'timeout', detail: `no response within ${timeoutMs / 1000} s` }
  }
  if (code === 'ENOTFOUND') return { reason: 'unknown-host', detail }
  if (code === 'ECONNREFUSED') return { reason: 'refused', detail }
  if (/CERT|SELF_SIGNED|UNABLE_TO_|^ERR_(TLS|SSL)|^EPROTO$/.test(code)) {
    return { reason: 'tls', detail }
  }
  if (interruptedCodes.has(code) || message === 'terminated')
    return { reason: 'interrupted', detail }
  return { reason: 'network', detail }
}

/**
 * Checks properties instead of using `instanceof`, because an error can come from another realm.
 */
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

/** Parses a text as JSON; undefined if it is not a complete JSON document. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

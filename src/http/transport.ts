import { getProxyUrl } from '@actions/http-client'
import { Agent, ProxyAgent, request as sendRequest, type Dispatcher } from 'undici'
import { readBody, type BodyLimits } from './body.ts'
import { startDeadline } from './deadline.ts'
import { describeFailure, type HttpFailure } from './failure.ts'

export type HttpRequest = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** Aborts this request. */
  readonly signal?: AbortSignal
}

/** A response whose body was read completely. */
export type HttpResponse = {
  readonly kind: 'response'
  readonly status: number
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export type HttpResult = HttpResponse | HttpFailure

/**
 * Sends HTTP requests. Built on undici's `request`, because `fetch` blocks some ports (6000, for
 * example) and hides the cause of its errors.
 */
export type Transport = {
  /**
   * Sends a request once. Network errors are results; redirects are not followed.
   *
   * @throws the reason why the request was aborted.
   */
  readonly send: (request: HttpRequest) => Promise<HttpResult>
  /** Closes all connections. */
  readonly close: () => Promise<void>
}

export type TransportOptions = {
  /** Maximum time in milliseconds without data from the server, as in MLflow's own client. */
  readonly timeoutMs: number
  /** Maximum time for a small response, even if data keeps arriving. */
  readonly totalTimeoutMs: number
  readonly limits: BodyLimits
  /** PEM certificates to trust instead of Node.js's default ones. */
  readonly ca: readonly string[] | undefined
  /** Accept any certificate. */
  readonly insecureTls: boolean
  /** Aborts requests when the job is cancelled. */
  readonly signal: AbortSignal
}

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
    const deadline = startDeadline(options.totalTimeoutMs)
    const aborts = AbortSignal.any([options.signal, request.signal ?? []].flat())
    const signal = AbortSignal.any([aborts, deadline.signal])
    try {
      const sent = sendRequest(request.url, {
        method: request.method as Dispatcher.HttpMethod,
        headers: { 'user-agent': 'mlflow-sync', 'accept-encoding': 'gzip', ...request.headers },
        body: request.body ?? null,
        dispatcher: dispatcherFor(new URL(request.url)),
        signal,
      })
      const { statusCode: status, headers: rawHeaders, body } = await orAborted(sent, signal)
      const headers = singleHeaders(rawHeaders)
      const encoding = headers['content-encoding'] ?? ''
      const text = await readBody(body, encoding, status, options.limits, deadline.onBytes)
      return { kind: 'response', status, headers, text }
    } catch (error) {
      aborts.throwIfAborted()
      return describeFailure(error, options.timeoutMs)
    } finally {
      deadline.stop()
    }
  }

  const close = async (): Promise<void> => {
    await Promise.all([...dispatchers.values()].map((dispatcher) => dispatcher.destroy()))
  }

  return { send, close }
}

/** undici notices that a request was aborted only once it is connected. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason as Error)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    // The signal of the job would keep the response in memory until the job ends.
    signal.removeEventListener('abort', abort)
  }
}

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

/** Parses a text as JSON; undefined if it is not a complete JSON document. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

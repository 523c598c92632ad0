import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { getProxyUrl } from '@actions/http-client'
import { Agent, ProxyAgent, request as sendRequest, type Dispatcher } from 'undici'
import { describeFailure, type FailureReason } from './failure.ts'

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

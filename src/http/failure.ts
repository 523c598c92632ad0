import { prose, type Prose } from '../core/text/prose.ts'
import { UnreadableBody } from './body.ts'

/** No complete response; the request may still have reached the server. */
export type HttpFailure = {
  readonly kind: 'failure'
  readonly reason: FailureReason
  readonly detail: string
  /** False if there was no connection, so that the server has received nothing. */
  readonly connected: boolean
}

/** Why there was no complete response. */
export type FailureReason =
  | 'unknown-host'
  | 'refused'
  | 'tls'
  | 'timeout'
  | 'interrupted'
  | 'network'
  /** The response is larger than any honest one. */
  | 'too-large'
  /** The response has a content encoding that was not asked for. */
  | 'encoding'

/** The same request would fail again in the same way. */
export const permanentFailures: ReadonlySet<FailureReason> = new Set([
  'unknown-host',
  'tls',
  'too-large',
  'encoding',
])

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
  'Z_DATA_ERROR',
])

/** The system calls that come before a connection. */
const connectingCalls = new Set(['getaddrinfo', 'connect'])

/** With undici, the only sign of a proxy that has not opened a tunnel to the server. */
const refusedTunnel = /^Proxy response \(\d+\) !== 200/

/**
 * Finds the reason for a failed request. undici nests the cause one or two levels deep; its code is
 * from Node.js (`ECONNREFUSED`), OpenSSL (`CERT_HAS_EXPIRED`) or undici (`UND_ERR_…`).
 *
 * @param idleMs how long the server may send nothing.
 */
export function describeFailure(error: unknown, idleMs: number): HttpFailure {
  if (error instanceof UnreadableBody) return failure(error.reason, error.message, true)
  const cause = deepestCause(error)
  const { reason, detail } = explain(cause, idleMs)
  return failure(reason, detail, reason !== 'tls' && isConnected(cause))
}

function isConnected({ code, message, syscall }: Cause): boolean {
  return !(
    connectingCalls.has(syscall) ||
    code === 'UND_ERR_CONNECT_TIMEOUT' ||
    refusedTunnel.test(message)
  )
}

function explain(
  { code, message, name }: Cause,
  idleMs: number,
): Pick<HttpFailure, 'reason' | 'detail'> {
  const because = (reason: FailureReason, text: string) => ({ reason, detail: text })
  const detail = code === '' || message.includes(code) ? message : `${message} (${code})`
  if (timeoutCodes.has(code)) {
    return because('timeout', `no response within ${idleMs / 1000} s`)
  }
  if (name === 'TimeoutError') return because('timeout', message)
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return because('too-large', detail)
  if (code === 'ENOTFOUND') return because('unknown-host', detail)
  if (code === 'ECONNREFUSED') return because('refused', detail)
  if (/CERT|SELF_SIGNED|UNABLE_TO_|^ERR_(TLS|SSL)|^EPROTO$/.test(code)) {
    return because('tls', detail)
  }
  const interrupted = interruptedCodes.has(code) || message === 'terminated'
  return because(interrupted ? 'interrupted' : 'network', detail)
}

function failure(reason: FailureReason, detail: string, connected: boolean): HttpFailure {
  return { kind: 'failure', reason, detail, connected }
}

type Cause = Readonly<Record<'code' | 'message' | 'name' | 'syscall', string>>

/**
 * Checks properties instead of using `instanceof`, because an error can come from another realm.
 */
function deepestCause(error: unknown): Cause {
  if (typeof error !== 'object' || error === null) {
    return { code: '', message: String(error), name: '', syscall: '' }
  }
  const fields = error as Readonly<Record<string, unknown>>
  const inner: unknown = Array.isArray(fields.errors) ? fields.errors[0] : fields.cause
  if (typeof inner === 'object' && inner !== null) return deepestCause(inner)
  const textOf = (name: string): string => {
    const value = fields[name]
    return typeof value === 'string' ? value : ''
  }
  return {
    code: textOf('code'),
    message: textOf('message'),
    name: textOf('name'),
    syscall: textOf('syscall'),
  }
}

/** The failure as the beginning of a message. `server` says which one, with its address. */
export function failureMessage({ reason, detail }: HttpFailure, server: Prose): Prose {
  const responded = reason === 'too-large' || reason === 'encoding'
  return responded
    ? prose`Can't read the response of ${server}: ${detail}`
    : prose`Can't reach ${server}: ${detail}`
}

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

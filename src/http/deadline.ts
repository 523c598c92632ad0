/**
 * A response that arrives faster may take longer, because it is large. Far below any connection that
 * works, and far above a server that keeps a connection open with a byte now and then.
 */
const minBytesPerMs = 16

/** However large the response is. */
const maxFactor = 10

/** Ends a request that takes too long, even if data keeps arriving. */
export type Deadline = {
  /** Aborted with an error named `TimeoutError`. */
  readonly signal: AbortSignal
  /** Extends the deadline by what so many bytes may take. */
  readonly onBytes: (count: number) => void
  readonly stop: () => void
}

export function startDeadline(totalMs: number): Deadline {
  const controller = new AbortController()
  const startedAt = performance.now()
  let bytes = 0
  const check = (): void => {
    const allowedMs = Math.min(totalMs + bytes / minBytesPerMs, totalMs * maxFactor)
    const remainingMs = startedAt + allowedMs - performance.now()
    if (remainingMs > 0) {
      timer = setTimeout(check, remainingMs)
      return
    }
    const text = `no complete response within ${Math.round(allowedMs / 1000)} s`
    controller.abort(new DOMException(text, 'TimeoutError'))
  }
  let timer = setTimeout(check, totalMs)
  return {
    signal: controller.signal,
    onBytes: (count) => {
      bytes += count
    },
    stop: () => clearTimeout(timer),
  }
}

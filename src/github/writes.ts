import type { HttpRequest, HttpResult, Transport } from '../http/transport.ts'

/** Whether something was changed on GitHub; `unknown` if the response to a write is missing. */
export type WriteState = 'none' | 'unknown' | 'done'

export type WriteTracker = {
  /** The same transport, observed. */
  readonly transport: Transport
  /** The state of all writes so far, including one that is still in flight. */
  readonly state: () => WriteState
}

export function trackWrites(transport: Transport): WriteTracker {
  let state: WriteState = 'none'
  const send = async (request: HttpRequest): Promise<HttpResult> => {
    if (!isWrite(request)) return transport.send(request)
    const before = state
    state = 'unknown'
    const result = await transport.send(request)
    state = stateAfter(result, before)
    return result
  }
  return { transport: { ...transport, send }, state: () => state }
}

/** Queries, and objects of git that no branch points to yet, change nothing that anyone can see. */
function isWrite({ method, url, body = '' }: HttpRequest): boolean {
  if (method === 'GET') return false
  const { pathname } = new URL(url)
  return pathname.endsWith('/graphql')
    ? /"query":"\s*mutation\b/.test(body)
    : !/\/git\/(blobs|trees|commits)$/.test(pathname)
}

function stateAfter(result: HttpResult, before: WriteState): WriteState {
  if (result.kind === 'failure') {
    const arrived = result.reason !== 'refused' && result.reason !== 'unknown-host'
    return arrived ? 'unknown' : before
  }
  const { status, text } = result
  if (status >= 500) return 'unknown'
  if (status >= 400) return before
  if (!/"errors"\s*:/.test(text)) return 'done'
  // GitHub's refusals have a type, its own failures do not.
  return /"type"\s*:/.test(text) ? before : 'unknown'
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Fault, FaultResponse, RecordedRequest } from './faults.ts'
import type { RestResponse } from './rest/response.ts'

/** Sends responses, true ones and faults. */

export async function record(
  request: IncomingMessage,
  url: URL,
): Promise<Omit<RecordedRequest, 'index'>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString()
  const operation = /"query":"\s*(?:\\n)?\s*(?:query|mutation) (\w+)/.exec(body)?.[1]
  const path = url.pathname.replace(/^\/api\/v3/, '')
  return { method: request.method ?? '', path, operation, body }
}

/** Responds before the request is carried out; false if the fault lets it be carried out. */
export function deliverInstead(fault: Fault | undefined, response: ServerResponse): boolean {
  switch (fault?.kind) {
    case 'respond':
      sendFault(fault, response)
      return true
    case 'drop':
      response.destroy()
      return true
    case 'reset':
      response.socket?.resetAndDestroy()
      return true
    case 'hang':
      return true
    case 'endless':
      sendEndless(response)
      return true
    case 'gzip-bomb':
      sendGzipBomb(response)
      return true
    default:
      return false
  }
}

/** Responds after the request was carried out. */
export function deliver(
  result: RestResponse,
  fault: Fault | undefined,
  response: ServerResponse,
): void {
  switch (fault?.kind) {
    case 'respond-after': {
      sendFault(fault, response)
      return
    }
    case 'lose-response':
      return void response.destroy()
    case 'hang-after':
      return
    default:
      send(response, result, fault?.kind === 'truncate')
  }
}

function sendFault({ status, headers, body }: FaultResponse, response: ServerResponse): void {
  const type = { 'content-type': 'application/json' }
  response.writeHead(status, { ...type, ...headers }).end(body ?? '{"message":"fault"}')
}

function send(response: ServerResponse, result: RestResponse, truncate: boolean): void {
  const { status, body, headers } = result
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body))
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'x-github-request-id': 'STANDIN',
    ...(status === 204 ? {} : { 'content-length': bytes.length }),
    ...headers,
  })
  if (!truncate) return void response.end(bytes)
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy())
}

/** Writes as fast as the client reads, until it closes the connection. */
function sendEndless(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":"')
  const chunk = Buffer.alloc(64 * 1024, 'a')
  const writeMore = (): void => {
    while (!response.destroyed && response.write(chunk)) continue
  }
  response.on('drain', writeMore)
  writeMore()
}

/** Compressed once and sent often: gzip allows a file to have many members (RFC 1952, 2.2). */
function sendGzipBomb(response: ServerResponse): void {
  const bytes = 16 * 1024 * 1024
  const member = gzipSync(Buffer.alloc(bytes, 'a'))
  const members = Array.from({ length: Math.ceil((1.1 * 1024 ** 3) / bytes) }, () => member)
  const start = gzipSync('{"data":"')
  const body = Buffer.concat([start, ...members, gzipSync('"}')])
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'content-length': body.length,
  })
  response.end(body)
}

import type { HttpRequest, HttpResponse } from '../http/transport.ts'

const redirects = new Set([301, 302, 303, 307, 308])

/**
 * The request that a redirect asks for; undefined when there is none to follow.
 * Another origin gets no credential, no gateway header and no workspace, and a
 * POST is repeated only where HTTP says that it stays one (307, 308).
 */
export function nextLocation(
  request: HttpRequest,
  response: HttpResponse,
  trustedOrigin: string,
): HttpRequest | undefined {
  const location = response.headers.location
  if (!redirects.has(response.status) || location === undefined) return undefined
  if (!URL.canParse(location, request.url)) return undefined
  const url = new URL(location, request.url)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  const stays = request.method === 'GET' || response.status === 307 || response.status === 308
  if (!stays) return undefined
  if (url.origin === trustedOrigin) return { ...request, url: url.href }
  const { accept, 'content-type': contentType } = request.headers
  return {
    method: request.method,
    url: url.href,
    headers: {
      ...(accept === undefined ? {} : { accept }),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
    },
    ...(request.body === undefined ? {} : { body: request.body }),
  }
}

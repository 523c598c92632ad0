import type { HttpRequest, HttpResponse } from '../http/transport.ts'

const redirects = new Set([301, 302, 303, 307, 308])

/**
 * Builds the request that follows a redirect; undefined if the response is not a redirect that can
 * be followed. Another origin gets no credentials, gateway headers or workspace. A POST is only
 * repeated if the status preserves the method (307, 308).
 */
export function redirectedRequest(
  request: HttpRequest,
  response: HttpResponse,
  trustedOrigin: string,
): HttpRequest | undefined {
  const location = response.headers.location
  if (!redirects.has(response.status) || location === undefined) return undefined
  if (!URL.canParse(location, request.url)) return undefined
  const url = new URL(location, request.url)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  const keepsMethod = request.method === 'GET' || response.status === 307 || response.status === 308
  if (!keepsMethod) return undefined
  if (url.origin === trustedOrigin) return { ...request, url: url.href }
  const { accept, 'content-type': contentType } = request.headers
  return {
    method: request.method,
    url: url.href,
    headers: {
      ...(accept === undefined ? {} : { accept }),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
    },
    body: request.body,
  }
}

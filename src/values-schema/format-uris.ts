import { isIpv6 } from './format-hosts.ts'

/** Whether it is a URI with a scheme. */
export function isUri(text: string): boolean {
  return parseUrl(text)?.hasScheme ?? false
}

export function isUriReference(text: string): boolean {
  return !text.includes('\\') && parseUrl(text) !== undefined
}

/** Helm only looks for braces that are not closed, and only in a path that Go would write otherwise. */
export function isUriTemplate(text: string): boolean {
  const url = parseUrl(text)
  if (url === undefined) return false
  return isWrittenByGo(url.path) || url.path.split('/').every(areBracesClosed)
}

/** Whether encoding the decoded path again makes no difference; then Go does not keep the original. */
function isWrittenByGo(path: string): boolean {
  const rest = path.replace(/%([\dA-F]{2})/g, (_, code: string) =>
    plainInPath.test(String.fromCharCode(Number.parseInt(code, 16))) ? '%' : '',
  )
  return plainInPath.test(rest)
}

const plainInPath = /^[\w.~$&+,/:;=@-]*$/

function areBracesClosed(segment: string): boolean {
  const braces = segment.replace(/%7B/gi, '{').replace(/%7D/gi, '}').replace(/[^{}]/g, '')
  return /^(?:\{\})*$/.test(braces)
}

type Url = {
  readonly hasScheme: boolean
  /** Empty if the URL has a scheme and no slash after it. */
  readonly path: string
}

/**
 * Parses as Go's `net/url.Parse` does (Go 1.25), which accepts much that RFC 3986 does not: blanks,
 * braces and non-ASCII characters in a path, and anything in a query.
 */
function parseUrl(text: string): Url | undefined {
  const [, beforeFragment = '', fragment = ''] = /^([^#]*)(?:#([^]*))?$/.exec(text) ?? []
  if (hasControl.test(beforeFragment) || !isEscaped(fragment)) return undefined
  const [, scheme] = /^([A-Za-z][\dA-Za-z+.-]*):/.exec(beforeFragment) ?? []
  const hasScheme = scheme !== undefined
  const afterScheme = hasScheme ? beforeFragment.slice(scheme.length + 1) : beforeFragment
  const [, rest = ''] = /^([^?]*)/.exec(afterScheme) ?? []
  if (!rest.startsWith('/')) {
    if (hasScheme) return { hasScheme, path: '' }
    if (/^[^/]*:/.test(rest)) return undefined
  }
  const hasAuthority = rest.startsWith('//') && (hasScheme || !rest.startsWith('///'))
  const [, authority = '', path = ''] =
    (hasAuthority ? /^\/\/([^/]*)([^]*)$/ : /^()([^]*)$/).exec(rest) ?? []
  return isAuthority(authority) && isEscaped(path) ? { hasScheme, path } : undefined
}

const hasControl = /[^ -~\u0080-\uFFFF]/

function isEscaped(text: string): boolean {
  return !/%(?![\dA-Fa-f]{2})/.test(text)
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@')
  const user = authority.slice(0, Math.max(at, 0))
  return userPattern.test(user) && isEscaped(user) && isHost(authority.slice(at + 1))
}

const userPattern = /^[\w.~:!$&'()*+,;=%@-]*$/

/** In names, only bytes beyond ASCII and the percent sign may be escaped. */
const hostPattern =
  /^(?:[\w.~!$&'()*+,;=\]<>"-]|[\u0080-\uFFFF]|%[89A-Fa-f][\dA-Fa-f]|%25)*(?::\d*)?$/

function isHost(host: string): boolean {
  const [, address] = /^\[([^]*)\](?::\d*)?$/.exec(host) ?? []
  return address === undefined ? hostPattern.test(host) : isIpv6(address)
}

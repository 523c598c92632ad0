import { isIPv6 } from 'node:net'

/** Go reads each part as a number, which may have a sign. */
export function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return (
    parts.length === 4 &&
    parts.every((part) => /^(?:0|[1-9]\d*|\+\d+|-0+)$/.test(part) && Number(part) <= 255)
  )
}

export function isIpv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%')
}

/** Labels of letters, digits and hyphens; one is enough. */
export function isHostname(text: string): boolean {
  const name = text.replace(/\.$/, '')
  return name.length <= 253 && name.split('.').every((label) => labelPattern.test(label))
}

const labelPattern = /^(?!-)[\dA-Za-z-]{1,63}(?<!-)$/

export function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@')
  if (at < 0 || Buffer.byteLength(text) > 254) return false
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)]
  return Buffer.byteLength(local) <= 64 && isLocalPart(local) && isMailDomain(domain)
}

/** It may be empty. After a quote Helm does not look at the last character, which should be a quote. */
function isLocalPart(local: string): boolean {
  if (/^"[^]/.test(local)) return !/["\\]/.test(local.slice(1, -1))
  return /^[\w.!#$%&'*+\-/=?^`{|}~]*$/.test(local) && !/^\.|\.\.|\.$/.test(local)
}

function isMailDomain(domain: string): boolean {
  const [, version, address] = /^\[(IPv6:)?([^]*)\]$/.exec(domain) ?? []
  if (address === undefined) return isHostname(domain)
  return version === undefined ? isIpv4(address) : isIpv6(address)
}

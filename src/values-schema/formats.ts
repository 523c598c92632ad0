import { isDate, isDateTime, isDuration, isPeriod, isTime } from './format-times.ts'
import { isEmail, isHostname, isIpv4, isIpv6 } from './format-hosts.ts'
import { isUri, isUriReference, isUriTemplate } from './format-uris.ts'
import { patternFlaw } from './patterns.ts'

/**
 * The formats of santhosh-tekuri/jsonschema 6.0.2 (format.go), with which Helm validates, as it
 * understands them. It ignores all others, such as `idn-email`.
 */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  time: isTime,
  'date-time': isDateTime,
  duration: isDuration,
  period: isPeriod,
  email: isEmail,
  hostname: isHostname,
  ipv4: isIpv4,
  ipv6: isIpv6,
  // To Go, an IRI is a URI, and a URI has any characters.
  uri: isUri,
  iri: isUri,
  'uri-reference': isUriReference,
  'iri-reference': isUriReference,
  'uri-template': isUriTemplate,
  uuid: (text) => uuid.test(text),
  'json-pointer': (text) => pointer.test(text),
  'relative-json-pointer': (text) => relativePointer.test(text),
  semver: (text) => semver.test(text),
  regex: (text) => patternFlaw(text) === undefined,
}

const uuid = /^[\dA-Fa-f]{8}(?:-[\dA-Fa-f]{4}){3}-[\dA-Fa-f]{12}$/

const tokens = String.raw`(?:\/(?:[^~\/]|~[01])*)*`
const pointer = new RegExp(`^${tokens}$`)
const relativePointer = new RegExp(`^(?:0|[1-9]\\d*)(?:#|${tokens})$`)

const number = String.raw`(?:0|[1-9]\d*)`
const preRelease = String.raw`(?:${number}|\d*[A-Za-z-][\dA-Za-z-]*)`
const build = String.raw`[\dA-Za-z-]+`
const semver = new RegExp(
  String.raw`^${number}\.${number}\.${number}(?:-${preRelease}(?:\.${preRelease})*)?(?:\+${build}(?:\.${build})*)?$`,
)

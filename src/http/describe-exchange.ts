import type { HttpResult } from './transport.ts'

/** How a try of a request ended, for the log: `200 in 12 ms, 345 bytes (try 1)`. */
export function describeExchange(result: HttpResult, milliseconds: number, tries: number): string {
  const { status, size } =
    result.kind === 'failure'
      ? { status: result.detail, size: '' }
      : { status: result.status, size: `, ${Buffer.byteLength(result.text)} bytes` }
  return `${status} in ${milliseconds} ms${size} (try ${tries})`
}

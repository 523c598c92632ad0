import { GitHubError } from '../core/errors.ts'
import { isTooLarge } from './errors.ts'

/** After so many items that could not even be read alone, something else is wrong. */
const maxFailures = 2

/**
 * Reads what GitHub knows about items, so many in a request. If that is too much, each half is read
 * on its own, and what cannot be read takes nothing away from the rest.
 *
 * @param report is told how many items are done.
 * @returns by item what was found, or why it is not known.
 */
export async function readInParts<T>(
  items: readonly string[],
  perQuery: number,
  read: (batch: readonly string[]) => Promise<ReadonlyMap<string, T>>,
  report: (done: number) => void = () => undefined,
): Promise<Map<string, T | GitHubError>> {
  const found = new Map<string, T | GitHubError>()
  const batches: (readonly string[])[] = []
  for (let start = 0; start < items.length; start += perQuery) {
    batches.push(items.slice(start, start + perQuery))
  }
  let failures = 0
  for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
    try {
      for (const [item, value] of await read(batch)) found.set(item, value)
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error
      const middle = Math.ceil(batch.length / 2)
      if (batch.length > 1 && isTooLarge(error)) {
        batches.unshift(batch.slice(0, middle), batch.slice(middle))
        continue
      }
      failures += batch.length > 1 ? maxFailures : 1
      const lost = failures < maxFailures ? batch : [...batch, ...batches.splice(0).flat()]
      for (const item of lost) found.set(item, error)
    }
    report(found.size)
  }
  return found
}

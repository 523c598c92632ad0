import { MlflowError } from '../core/errors.ts'
import { own, prose, thisMachine, type Prose } from '../core/text/prose.ts'

export type Page<T> = { readonly items: readonly T[]; readonly nextPageToken: string }

/**
 * MLflow's basic-auth app leaves a page empty if the user may see nothing of it. With its smallest
 * pages, of 1,000 models, a million of them in a row would be hidden.
 */
const maxEmptyPages = 1000

/** Ten million model versions, even where a server lowers the size of a page to 1,000. */
const maxPages = 10_000

/** The rows of a listing are in memory at the same time. */
const maxItems = 1_000_000

/**
 * Reads all pages of a listing. Only a page without a token ends it: pages can be short or empty,
 * because MLflow's basic-auth app filters after paging.
 *
 * @param what what is listed, for the error message.
 * @param onItems called with the number of rows that have been read so far.
 * @throws MlflowError if a page token repeats or there are too many pages, because the listing would
 *   never end.
 */
export async function readPages<T>(
  what: string,
  readPage: (pageToken: string | undefined) => Promise<Page<T>>,
  onItems: (count: number) => void = () => undefined,
): Promise<T[]> {
  const endless = (sign: Prose): MlflowError =>
    new MlflowError(prose`MLflow's list of ${own(what)} does not end: ${sign}`, {
      advice: prose`Check for a cache between ${thisMachine} and MLflow that ignores the query of a URL.`,
    })
  const items: T[] = []
  const seen = new Set<string>()
  let token: string | undefined
  let emptyPages = 0
  onItems(0)
  for (;;) {
    const page = await readPage(token)
    for (const item of page.items) items.push(item)
    onItems(items.length)
    if (page.nextPageToken === '') return items
    token = page.nextPageToken
    if (seen.has(token)) throw endless(prose`a page token was repeated`)
    seen.add(token)
    emptyPages = page.items.length === 0 ? emptyPages + 1 : 0
    if (emptyPages === maxEmptyPages)
      throw endless(prose`${maxEmptyPages} pages in a row were empty`)
    if (seen.size === maxPages) throw endless(prose`it has more than ${maxPages} pages`)
    if (items.length > maxItems) throw endless(prose`it has more than ${maxItems} rows`)
  }
}

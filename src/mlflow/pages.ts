import { MlflowError } from '../core/errors.ts'

export type Page<T> = { readonly items: readonly T[]; readonly nextPageToken: string }

/**
 * Reads all pages of a listing. Only a page without a token ends it: pages can be short or empty,
 * because MLflow's basic-auth app filters after paging.
 *
 * @param what what is listed, for the error message.
 * @throws MlflowError if a page token repeats, because the listing would never end.
 */
export async function readPages<T>(
  what: string,
  readPage: (pageToken: string | undefined) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = []
  const seen = new Set<string>()
  let token: string | undefined
  for (;;) {
    const page = await readPage(token)
    for (const item of page.items) items.push(item)
    if (page.nextPageToken === '') return items
    token = page.nextPageToken
    if (seen.has(token)) {
      throw new MlflowError(`MLflow's listing of ${what} does not end: a page token was repeated`, {
        advice: 'Look for a cache between the action and MLflow that ignores the query.',
      })
    }
    seen.add(token)
  }
}

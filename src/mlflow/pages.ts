import { MlflowError } from '../errors.ts'

export type Page<T> = { readonly items: readonly T[]; readonly nextPageToken: string }

/**
 * Reads until there is no token. Short and empty pages do not end a listing (basic-auth filters
 * after paging); a token that comes twice would never end, and is an error.
 */
export async function readPages<T>(
  what: string,
  readPage: (pageToken: string | undefined) => Promise<Page<T>>,
): Promise<T[]> {
  const all: T[] = []
  const seen = new Set<string>()
  let token: string | undefined
  for (;;) {
    const page = await readPage(token)
    for (const item of page.items) all.push(item)
    if (page.nextPageToken === '') return all
    token = page.nextPageToken
    if (seen.has(token)) {
      throw new MlflowError(`MLflow's listing of ${what} does not end: a page token came twice`, {
        advice: 'Look for a cache between the action and MLflow that ignores the query.',
      })
    }
    seen.add(token)
  }
}

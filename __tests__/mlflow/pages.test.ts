import { describe, expect, test } from '@jest/globals'
import { readPages, type Page } from '../../src/mlflow/pages.ts'

/** Reads a listing whose page number n, from 1, is this one with a token unless it is the last. */
async function readListing(pages: number, itemsOf: (page: number) => readonly number[]) {
  let requests = 0
  const listing = readPages('runs', (token): Promise<Page<number>> => {
    requests += 1
    const page = Number(token ?? 1)
    const nextPageToken = page === pages ? '' : String(page + 1)
    return Promise.resolve({ items: itemsOf(page), nextPageToken })
  })
  const result = await listing.catch((error: unknown) => (error as Error).message)
  return { result, requests }
}

describe('a listing', () => {
  test('of many empty pages between others is read to its end', async () => {
    const { result } = await readListing(2500, (page) => (page % 1000 === 0 ? [page] : []))
    expect(result).toEqual([1000, 2000])
  })

  test('of nothing but empty pages is given up', async () => {
    const { result, requests } = await readListing(Infinity, () => [])
    expect(result).toBe("MLflow's list of runs does not end: 1000 pages in a row were empty")
    expect(requests).toBe(1000)
  })

  test('of very many pages is given up', async () => {
    const { result, requests } = await readListing(Infinity, () => [1])
    expect(result).toBe("MLflow's list of runs does not end: it has more than 10000 pages")
    expect(requests).toBe(10_000)
  })

  test('of very many rows is given up', async () => {
    const rows = Array.from({ length: 300_000 }, (_, index) => index)
    const { result, requests } = await readListing(Infinity, () => rows)
    expect(result).toBe("MLflow's list of runs does not end: it has more than 1000000 rows")
    expect(requests).toBe(4)
  })
})

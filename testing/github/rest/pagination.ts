import type { RestCall } from './call.ts'
import { ok, type RestResponse } from './response.ts'

/** One page of a list, with a `Link` header as docs.github.com, "Using pagination in the REST API". */
export function paginate<T>(
  { query, url }: RestCall,
  items: readonly T[],
  toBody: (item: T) => object,
): RestResponse {
  const size = Math.min(positive(query.get('per_page')) ?? 30, 100)
  const page = positive(query.get('page')) ?? 1
  const last = Math.max(1, Math.ceil(items.length / size))
  const links = [
    ...(page > 1 ? [link(url, page - 1, 'prev')] : []),
    ...(page < last ? [link(url, page + 1, 'next'), link(url, last, 'last')] : []),
    ...(page > 1 ? [link(url, 1, 'first')] : []),
  ]
  const body = items.slice((page - 1) * size, page * size).map(toBody)
  return links.length === 0 ? ok(body) : { ...ok(body), headers: { link: links.join(', ') } }
}

function positive(text: string | null): number | undefined {
  const number = Number(text)
  return Number.isInteger(number) && number > 0 ? number : undefined
}

function link(url: URL, page: number, relation: string): string {
  const target = new URL(url)
  target.searchParams.set('page', String(page))
  return `<${target.href}>; rel="${relation}"`
}

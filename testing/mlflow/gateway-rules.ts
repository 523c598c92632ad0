import type { GatewayRequest, GatewayResponse, GatewayRule } from './gateway.ts'

/** A row of MLflow's listing of model versions, with the fields that tests set. */
export type VersionRow = {
  readonly name: string
  readonly version: string
  readonly creation_timestamp?: number
  readonly run_id?: string | undefined
  readonly source?: string
  readonly status?: string
  readonly tags?: readonly { readonly key: string; readonly value: string }[]
}

export type VersionPage = {
  readonly model_versions?: readonly VersionRow[]
  readonly next_page_token?: string
}

/** Whether a request lists the model versions of the registry or of one run. */
export function isListing({ url }: GatewayRequest): boolean {
  return url.includes('model-versions/search')
}

/** Whether a request asks for the versions of one run, as prune does before it deletes a file. */
function isLookup(request: GatewayRequest): boolean {
  return isListing(request) && request.url.includes('run_id')
}

export function json(body: unknown, status = 200): GatewayResponse {
  return { status, body: JSON.stringify(body) }
}

export function html(status: number, body: string): GatewayResponse {
  return { status, headers: { 'content-type': 'text/html' }, body }
}

/** Replaces the response to every listing with these rows. */
export function listOnly(rows: readonly VersionRow[]): GatewayRule {
  return (request) => (isListing(request) ? json({ model_versions: rows }) : undefined)
}

/** Changes the rows of the listing, but not of the lookups of single runs. */
export function changeListing(
  change: (rows: readonly VersionRow[]) => readonly VersionRow[],
): GatewayRule {
  return async (request, forward) => {
    if (!isListing(request) || isLookup(request)) return undefined
    const page = parsePage(await forward())
    return json({ ...page, model_versions: change(page.model_versions ?? []) })
  }
}

/** Shows only the models whose names contain a text, as if the registry had no others. */
export function onlyModels(part: string): GatewayRule {
  return async (request, forward) => {
    const url = new URL(request.url, 'http://gateway')
    if (!/\/(model-versions|registered-models)\/search$/.test(url.pathname)) return undefined
    const filters = [url.searchParams.get('filter') ?? '', `name LIKE '%${part}%'`]
    url.searchParams.set('filter', filters.filter((filter) => filter !== '').join(' AND '))
    return forward(url.pathname + url.search)
  }
}

export function parsePage({ body }: GatewayResponse): VersionPage {
  return JSON.parse(body) as VersionPage
}

/** Makes every search that includes the run fail. */
export function breakRun(runId: string): GatewayRule {
  return ({ url, body }) =>
    url.includes('runs/search') && body.includes(runId)
      ? json({ error_code: 'INTERNAL_ERROR', message: 'corrupt row' }, 500)
      : undefined
}

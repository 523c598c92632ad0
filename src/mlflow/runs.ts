import { MlflowError } from '../core/errors.ts'
import type { Run, RunDetail, RunLookup } from '../core/model.ts'
import type { MlflowClient } from './client.ts'
import { unlessMissing } from './errors.ts'
import { readPages } from './pages.ts'
import {
  experimentPage,
  firstIssue,
  run as runSchema,
  runIdentity,
  runPage,
  runResponse,
} from './schema.ts'

/** With MLflow 3.17.2, 250 runs with 50 params and 40 metrics each are 4 MB and take 2 s. */
const runsPerSearch = { full: 250, basic: 1000 } as const satisfies Record<RunDetail, number>

const experimentsPerPage = 10_000

/** Reads the names of all experiments, by id, including deleted ones. */
export async function listExperiments(client: MlflowClient): Promise<Map<string, string>> {
  const rows = await readPages('experiments', (pageToken) =>
    client.get(
      'experiments/search',
      { view_type: 'ALL', max_results: experimentsPerPage, page_token: pageToken },
      experimentPage,
    ),
  )
  return new Map(rows.flatMap((row) => (row === undefined ? [] : [[row.experiment_id, row.name]])))
}

export type RunSearchOptions = {
  readonly client: MlflowClient
  /** MLflow only searches the experiments that a request names. */
  readonly experimentIds: readonly string[]
  readonly detail: RunDetail
  /** Whether to find the run that makes the server reject a batch; otherwise the search throws. */
  readonly splitRejected: boolean
}

/**
 * Reads runs by id, in batches.
 *
 * @returns the runs that were found or could not be read; any other is in none of the experiments.
 */
export async function searchRuns(
  ids: readonly string[],
  options: RunSearchOptions,
): Promise<Map<string, RunLookup>> {
  const { experimentIds, detail } = options
  const search: RunSearch = { ...options, found: new Map(), rejections: [], accepted: 0 }
  if (experimentIds.length === 0) return search.found
  for (let start = 0; start < ids.length; start += runsPerSearch[detail]) {
    await searchBatch(search, ids.slice(start, start + runsPerSearch[detail]))
  }
  return search.found
}

type RunSearch = RunSearchOptions & {
  readonly found: Map<string, RunLookup>
  /** Why the server rejected batches. */
  readonly rejections: string[]
  /** Number of batches that it accepted. */
  accepted: number
}

/** Enough to find one of several broken runs in a batch of 1,000, and a run that is not. */
const maxRejections = 20

/**
 * Halves a batch that the server rejects until only the run that causes the error is left. If the
 * server rejects everything, all runs fail without a request for each.
 */
async function searchBatch(search: RunSearch, ids: readonly string[]): Promise<void> {
  const { client, experimentIds, found, rejections } = search
  const fail = (reason: string): void => {
    for (const id of ids) found.set(id, { kind: 'failed', reason })
  }
  const [reason] = rejections
  if (reason !== undefined && rejections.length > maxRejections && search.accepted === 0) {
    fail(reason)
    return
  }
  try {
    const rows = await searchPages(client, runIdFilter(ids), ids, experimentIds)
    search.accepted += 1
    addRows(rows, ids, found)
  } catch (error) {
    if (!search.splitRejected || !isWorthSplitting(error)) throw error
    rejections.push(error.message)
    if (ids.length === 1) {
      fail(error.message)
      return
    }
    const middle = Math.ceil(ids.length / 2)
    await searchBatch(search, ids.slice(0, middle))
    await searchBatch(search, ids.slice(middle))
  }
}

/** A row without a run id may be any of the requested runs, so none of them counts as missing. */
function addRows(
  rows: readonly unknown[],
  ids: readonly string[],
  found: Map<string, RunLookup>,
): void {
  let anonymous: string | undefined
  for (const row of rows) {
    const parsed = runSchema.safeParse(row)
    if (parsed.success) {
      found.set(parsed.data.id, { kind: 'found', run: parsed.data })
      continue
    }
    const reason = `MLflow's response for this run can't be read: ${firstIssue(parsed.error)}`
    const identified = runIdentity.safeParse(row)
    if (identified.success) found.set(identified.data.info.run_id, { kind: 'failed', reason })
    else anonymous = reason
  }
  if (anonymous === undefined) return
  for (const id of ids) if (!found.has(id)) found.set(id, { kind: 'failed', reason: anonymous })
}

/** Whether the error may be due to a single run, unlike a lost connection or a wrong password. */
function isWorthSplitting(error: unknown): error is MlflowError {
  return error instanceof MlflowError && [400, 404, 500].includes(error.status ?? 0)
}

/**
 * Finds out which of the runs match an MLflow run filter. The grammar of filters has no OR, so the
 * list of ids can be appended with AND, and MLflow returns only runs from that list.
 *
 * @returns the ids of the runs that match.
 */
export async function filterRuns(
  client: MlflowClient,
  filter: string,
  ids: readonly string[],
  experimentIds: readonly string[],
): Promise<Set<string>> {
  const matching = new Set<string>()
  for (let start = 0; start < ids.length; start += runsPerSearch.basic) {
    const batch = ids.slice(start, start + runsPerSearch.basic)
    const rows = await searchPages(
      client,
      `${filter} AND ${runIdFilter(batch)}`,
      batch,
      experimentIds,
    )
    for (const row of rows) {
      const identified = runIdentity.safeParse(row)
      if (identified.success) matching.add(identified.data.info.run_id)
    }
  }
  return matching
}

/** Reads the current state of one run; undefined if MLflow no longer has it. */
export function readRun(client: MlflowClient, id: string): Promise<Run | undefined> {
  return unlessMissing(async () => (await client.get('runs/get', { run_id: id }, runResponse)).run)
}

function runIdFilter(ids: readonly string[]): string {
  return `attributes.run_id IN (${ids.map((id) => `'${id}'`).join(',')})`
}

function searchPages(
  client: MlflowClient,
  filter: string,
  ids: readonly string[],
  experimentIds: readonly string[],
): Promise<unknown[]> {
  return readPages('runs', (pageToken) =>
    client.post(
      'runs/search',
      {
        experiment_ids: experimentIds,
        filter,
        run_view_type: 'ALL',
        // One more than needed: after a full page, MLflow 2.22 returns a token for an empty page.
        max_results: ids.length + 1,
        page_token: pageToken,
      },
      runPage,
    ),
  )
}

import { MlflowError } from '../core/errors.ts'
import type { Run, RunDetail, RunLookup } from '../core/model.ts'
import type { MlflowClient } from './client.ts'
import { readPages } from './pages.ts'
import { experimentPage, run as runSchema, runIdentity, runPage, runResponse } from './schema.ts'

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
  return new Map(rows.map((row) => [row.experiment_id, row.name]))
}

/**
 * Reads runs by id, in batches. MLflow only searches the experiments that a request names.
 *
 * @returns the runs that were found or could not be read; any other is in none of the experiments.
 */
export async function searchRuns(
  client: MlflowClient,
  ids: readonly string[],
  experimentIds: readonly string[],
  detail: RunDetail,
): Promise<Map<string, RunLookup>> {
  const found = new Map<string, RunLookup>()
  if (experimentIds.length === 0) return found
  for (let start = 0; start < ids.length; start += runsPerSearch[detail]) {
    const batch = ids.slice(start, start + runsPerSearch[detail])
    await searchBatch(client, batch, experimentIds, found)
  }
  return found
}

/** Halves a batch that the server rejects until only the run that causes the error is left. */
async function searchBatch(
  client: MlflowClient,
  ids: readonly string[],
  experimentIds: readonly string[],
  found: Map<string, RunLookup>,
): Promise<void> {
  try {
    const rows = await searchPages(client, runIdFilter(ids), ids, experimentIds)
    for (const row of rows) addRow(row, found)
  } catch (error) {
    if (!(error instanceof MlflowError) || !isWorthSplitting(error)) throw error
    if (ids.length === 1) {
      found.set(ids[0] ?? '', { kind: 'failed', reason: error.message })
      return
    }
    const middle = Math.ceil(ids.length / 2)
    await searchBatch(client, ids.slice(0, middle), experimentIds, found)
    await searchBatch(client, ids.slice(middle), experimentIds, found)
  }
}

function addRow(row: unknown, found: Map<string, RunLookup>): void {
  const parsed = runSchema.safeParse(row)
  if (parsed.success) {
    found.set(parsed.data.id, { kind: 'found', run: parsed.data })
    return
  }
  const identified = runIdentity.safeParse(row)
  const issue = parsed.error.issues[0]
  const problem = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`
  if (!identified.success) throw new MlflowError(`MLflow sent a run that can't be read: ${problem}`)
  found.set(identified.data.info.run_id, {
    kind: 'failed',
    reason: `MLflow's response for this run can't be read: ${problem}`,
  })
}

/** Whether the error may be due to a single run, unlike a lost connection or a wrong password. */
function isWorthSplitting(error: MlflowError): boolean {
  return error.status === 400 || error.status === 404 || error.status === 500
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
export async function readRun(client: MlflowClient, id: string): Promise<Run | undefined> {
  try {
    return (await client.get('runs/get', { run_id: id }, runResponse)).run
  } catch (error) {
    if (error instanceof MlflowError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
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

import type { Run, RunLookup } from '../core/model.ts'
import { MlflowError } from '../errors.ts'
import type { MlflowClient } from './client.ts'
import { readPages } from './pages.ts'
import { experimentPage, run as runSchema, runResponse, runIdOf, runPage } from './schema.ts'

/** Measured on 3.17.2: 250 runs with 50 params and 40 metrics each are 4 MB and take 2 s. */
const runsPerSearch = { whole: 250, state: 1000 } as const

/** `whole` when params, metrics and tags are wanted, `state` when the life cycle will do. */
export type RunDetail = keyof typeof runsPerSearch

const experimentsPerPage = 10_000

/** Names of all experiments by id, deleted ones too. */
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
 * Reads runs by id, in batches. MLflow wants the experiments named (without them it answers
 * "no runs"), so the caller gives the ones it knows of.
 *
 * @returns the runs that were found or could not be read; the others are in none of the experiments.
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

/** A batch that the server can't answer is halved until the run that spoils it stands alone. */
async function searchBatch(
  client: MlflowClient,
  ids: readonly string[],
  experimentIds: readonly string[],
  found: Map<string, RunLookup>,
): Promise<void> {
  try {
    const rows = await searchPages(client, idFilter(ids), ids, experimentIds)
    for (const row of rows) keep(row, found)
  } catch (error) {
    if (!(error instanceof MlflowError) || !isAboutContent(error)) throw error
    if (ids.length === 1) {
      found.set(ids[0] ?? '', { kind: 'failed', reason: error.message })
      return
    }
    const middle = Math.ceil(ids.length / 2)
    await searchBatch(client, ids.slice(0, middle), experimentIds, found)
    await searchBatch(client, ids.slice(middle), experimentIds, found)
  }
}

function keep(row: unknown, found: Map<string, RunLookup>): void {
  const parsed = runSchema.safeParse(row)
  if (parsed.success) {
    found.set(parsed.data.id, { kind: 'found', run: parsed.data })
    return
  }
  const named = runIdOf.safeParse(row)
  const issue = parsed.error.issues[0]
  const problem = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`
  if (!named.success) throw new MlflowError(`MLflow sent a run that can't be read: ${problem}`)
  found.set(named.data.info.run_id, {
    kind: 'failed',
    reason: `MLflow's answer for this run can't be read: ${problem}`,
  })
}

/** An answer about what was asked for, unlike a lost connection or a refused password. */
function isAboutContent(error: MlflowError): boolean {
  return error.status === 400 || error.status === 404 || error.status === 500
}

/**
 * Which of the runs pass MLflow's own run filter. Its grammar knows only AND, so the filter and the
 * list of ids can be joined: no more comes back than was asked for.
 */
export async function filterRuns(
  client: MlflowClient,
  filter: string,
  ids: readonly string[],
  experimentIds: readonly string[],
): Promise<Set<string>> {
  const passed = new Set<string>()
  for (let start = 0; start < ids.length; start += runsPerSearch.state) {
    const batch = ids.slice(start, start + runsPerSearch.state)
    const rows = await searchPages(client, `${filter} AND ${idFilter(batch)}`, batch, experimentIds)
    for (const row of rows) {
      const named = runIdOf.safeParse(row)
      if (named.success) passed.add(named.data.info.run_id)
    }
  }
  return passed
}

/** One run, as it is right now; undefined when MLflow has it no more. */
export async function readRun(client: MlflowClient, id: string): Promise<Run | undefined> {
  try {
    return (await client.get('runs/get', { run_id: id }, runResponse)).run
  } catch (error) {
    if (error instanceof MlflowError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}

function idFilter(ids: readonly string[]): string {
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
        // One more than can come: 2.22 gives a token for an empty page when the page is full.
        max_results: ids.length + 1,
        ...(pageToken === undefined ? {} : { page_token: pageToken }),
      },
      runPage,
    ),
  )
}

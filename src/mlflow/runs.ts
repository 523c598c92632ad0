import type { Run, RunLookup } from '../core/model.ts'
import { prose, type Prose } from '../core/text/prose.ts'
import type { MlflowClient } from './client.ts'
import { unlessMissing } from './errors.ts'
import { readPages } from './pages.ts'
import { searchInBatches, type RunSearchOptions } from './run-search.ts'
import { experimentPage, run as runSchema, runIdentity, runResponse } from './run-schema.ts'
import { correctInMlflow, firstIssue } from './schema.ts'

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

/**
 * Reads runs by id, in batches.
 *
 * @returns the runs that were found or could not be read; any other is in none of the experiments.
 */
export async function searchRuns(
  ids: readonly string[],
  options: RunSearchOptions,
): Promise<Map<string, RunLookup>> {
  const found = new Map<string, RunLookup>()
  const { rejected } = await searchInBatches(ids, {
    ...options,
    filter: undefined,
    onRows: (rows, batch) => addRows(rows, batch, found),
    isMissing: (id) => !found.has(id),
  })
  for (const [id, reason] of rejected) found.set(id, { kind: 'failed', reason, cause: 'rejected' })
  return found
}

/**
 * Finds out which of the runs match an MLflow run filter. The grammar of filters has no OR, so the
 * list of ids can be appended with AND, and MLflow returns only runs from that list.
 *
 * @returns the ids of the runs that match, and why single runs could not be read.
 * @throws MlflowError if MLflow rejects the filter itself.
 */
export async function filterRuns(
  client: MlflowClient,
  filter: string,
  ids: readonly string[],
  experimentIds: readonly string[],
): Promise<{ matching: Set<string>; rejected: Map<string, Prose> }> {
  const matching = new Set<string>()
  const { rejected } = await searchInBatches(ids, {
    client,
    experimentIds,
    detail: 'basic',
    splitRejected: true,
    filter,
    onRows: (rows) => {
      for (const row of rows) {
        const identified = runIdentity.safeParse(row)
        if (identified.success) matching.add(identified.data.info.run_id)
      }
    },
    isMissing: (id) => !matching.has(id),
  })
  return { matching, rejected }
}

/** A row without a run id may be any of the requested runs, so none of them counts as missing. */
function addRows(
  rows: readonly unknown[],
  ids: readonly string[],
  found: Map<string, RunLookup>,
): void {
  let anonymous: Prose | undefined
  const fail = (id: string, reason: Prose) =>
    found.set(id, { kind: 'failed', reason, cause: 'malformed' })
  for (const row of rows) {
    const parsed = runSchema.safeParse(row)
    if (parsed.success) {
      found.set(parsed.data.id, { kind: 'found', run: parsed.data })
      continue
    }
    const reason = prose`MLflow's data about this run can't be used: ${firstIssue(parsed.error)}. ${correctInMlflow}`
    const identified = runIdentity.safeParse(row)
    if (identified.success) fail(identified.data.info.run_id, reason)
    else anonymous = reason
  }
  if (anonymous === undefined) return
  for (const id of ids) if (!found.has(id)) fail(id, anonymous)
}

/** Reads the current state of one run; undefined if MLflow no longer has it. */
export function readRun(client: MlflowClient, id: string): Promise<Run | undefined> {
  return unlessMissing(async () => (await client.get('runs/get', { run_id: id }, runResponse)).run)
}

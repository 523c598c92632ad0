import { MlflowError } from '../core/errors.ts'
import type { RunDetail } from '../core/model.ts'
import { joinSentences, type Prose } from '../core/text/prose.ts'
import type { MlflowClient } from './client.ts'
import { readWithFilter } from './filters.ts'
import { readPages, type Page } from './pages.ts'
import { isOddRunId, runIdCondition } from './run-ids.ts'
import { runPage } from './run-schema.ts'

/** With MLflow 3.17.2, 250 runs with 50 params and 40 metrics each are 4 MB and take 2 s. */
const runsPerSearch = { full: 250, basic: 1000 } as const satisfies Record<RunDetail, number>

export type RunSearchOptions = {
  readonly client: MlflowClient
  /** MLflow only searches the experiments that a request names. */
  readonly experimentIds: readonly string[]
  readonly detail: RunDetail
  /** Whether to find the run that makes the server reject a batch; otherwise the search throws. */
  readonly splitRejected: boolean
}

export type BatchSearch = RunSearchOptions & {
  /** An additional condition. */
  readonly filter: string | undefined
  readonly onRows: (rows: readonly unknown[], ids: readonly string[]) => void
  /** Whether a run has not been found yet. */
  readonly isMissing: (id: string) => boolean
}

type BatchState = {
  /** Why MLflow rejects a run, by id. */
  readonly rejected: Map<string, Prose>
  /** Why the server rejected batches. */
  readonly rejections: Prose[]
  /** Number of batches that it accepted. */
  accepted: number
}

/**
 * Searches runs by id, and finds out which single runs the server rejects. One request at a time: MLflow
 * reads the lists with Python's `ast`, which fails now and then in several threads of Python 3.11
 * (https://github.com/python/cpython/issues/106905), and the server then responds with 500.
 */
export async function searchInBatches(
  ids: readonly string[],
  search: BatchSearch,
): Promise<BatchState> {
  const state: BatchState = { rejected: new Map(), rejections: [], accepted: 0 }
  if (search.experimentIds.length === 0) return state
  const size = runsPerSearch[search.detail]
  for (let start = 0; start < ids.length; start += size) {
    search.client.progress('read', start, ids.length, 'run')
    await searchBatch(ids.slice(start, start + size), search, state)
  }
  search.client.progress('read', ids.length, ids.length, 'run')
  if (!search.splitRejected) return state
  for (const id of ids.filter((other) => isOddRunId(other) && search.isMissing(other))) {
    await searchBatch([id], search, state)
  }
  return state
}

/** Enough to find one of several broken runs in a batch of 1,000, and a run that is not. */
const maxRejections = 20

/**
 * Halves a batch that the server rejects until only the run that causes the error is left. If the
 * server rejects everything, all runs fail without a request for each.
 */
async function searchBatch(
  ids: readonly string[],
  search: BatchSearch,
  state: BatchState,
): Promise<void> {
  const { rejected, rejections } = state
  const reject = (reason: Prose): void => {
    for (const id of ids) rejected.set(id, reason)
  }
  const [reason] = rejections
  if (reason !== undefined && rejections.length > maxRejections && state.accepted === 0) {
    reject(reason)
    return
  }
  try {
    const rows = await searchPages(search, conditionFor(ids, search.filter), ids.length)
    state.accepted += 1
    search.onRows(rows, ids)
  } catch (error) {
    if (!search.splitRejected || !isWorthSplitting(error)) throw error
    // The filter itself is at fault if MLflow rejects it without any run.
    const { filter } = search
    if (rejections.length === 0 && filter !== undefined) {
      await readWithFilter(
        () => searchPage(search, filter, 0, undefined),
        () => searchPage({ ...search, filter: undefined }, '', 0, undefined),
      )
    }
    const explained = joinSentences([error.text, error.advice ?? []])
    rejections.push(explained)
    if (ids.length === 1) {
      reject(explained)
      return
    }
    const middle = Math.ceil(ids.length / 2)
    await searchBatch(ids.slice(0, middle), search, state)
    await searchBatch(ids.slice(middle), search, state)
  }
}

function conditionFor(ids: readonly string[], filter: string | undefined): string {
  const runs = runIdCondition('attributes.run_id', ids)
  return filter === undefined ? runs : `${filter} AND ${runs}`
}

/** Whether the error may be due to a single run, unlike a lost connection or a wrong password. */
function isWorthSplitting(error: unknown): error is MlflowError {
  if (!(error instanceof MlflowError)) return false
  return error.isTooLarge || [400, 404, 500].includes(error.status ?? 0)
}

function searchPages(search: BatchSearch, filter: string, count: number): Promise<unknown[]> {
  return readPages('runs', (pageToken) => searchPage(search, filter, count, pageToken))
}

function searchPage(
  { client, experimentIds, filter: personsFilter }: BatchSearch,
  filter: string,
  count: number,
  pageToken: string | undefined,
): Promise<Page<unknown>> {
  return client.post(
    'runs/search',
    {
      experiment_ids: experimentIds,
      filter,
      run_view_type: 'ALL',
      // One more than needed: after a full page, MLflow 2.22 returns a token for an empty page.
      max_results: count + 1,
      page_token: pageToken,
    },
    runPage,
    { hasFilter: personsFilter !== undefined },
  )
}

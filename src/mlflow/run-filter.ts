import { MlflowError } from '../core/errors.ts'
import type { Prose } from '../core/text/prose.ts'
import type { MlflowClient } from './client.ts'
import { filterRuns } from './runs.ts'

type FilteredRuns = {
  readonly matching: ReadonlySet<string>
  readonly rejected: ReadonlyMap<string, Prose>
}

export type RunFilter = (filter: string, ids: readonly string[]) => Promise<FilteredRuns>

/** Asks about each run and filter once. A filter that MLflow rejects is not tried again. */
export function createRunFilter(
  client: MlflowClient,
  experimentIds: () => Promise<string[]>,
): RunFilter {
  type Known = {
    readonly asked: Set<string>
    readonly matching: Set<string>
    readonly rejected: Map<string, Prose>
  }
  const byFilter = new Map<string, Known>()
  const rejections = new Map<string, MlflowError>()

  const ask = async (filter: string, ids: readonly string[]): Promise<FilteredRuns> => {
    const rejection = rejections.get(filter)
    if (rejection !== undefined) throw rejection
    try {
      return await filterRuns(client, filter, ids, await experimentIds())
    } catch (error) {
      if (error instanceof MlflowError && error.isFilterRejected) rejections.set(filter, error)
      throw error
    }
  }

  return async (filter, ids) => {
    const known: Known = byFilter.get(filter) ?? {
      asked: new Set(),
      matching: new Set(),
      rejected: new Map(),
    }
    byFilter.set(filter, known)
    const unknown = ids.filter((id) => !known.asked.has(id))
    if (unknown.length === 0) return known
    const found = await ask(filter, unknown)
    for (const id of unknown) known.asked.add(id)
    for (const id of found.matching) known.matching.add(id)
    for (const [id, reason] of found.rejected) known.rejected.set(id, reason)
    return known
  }
}

import { MlflowError, SyncError } from '../core/errors.ts'
import { describePlace } from '../core/problem.ts'
import type { Target } from '../core/target.ts'
import { own, prose, type Prose } from '../core/text/prose.ts'

/**
 * If MLflow rejects a filter, says where the filter was written.
 *
 * @throws SyncError about this target alone.
 */
export async function nameFilterInErrors<T>(
  key: 'filter' | 'run-filter',
  { selection, origins }: Pick<Target, 'selection' | 'origins'>,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read()
  } catch (error) {
    const filter = key === 'filter' ? selection.filter : selection.runFilter
    if (filter === undefined || !(error instanceof MlflowError) || !error.isFilterRejected) {
      throw error
    }
    const advice = adviceFor(filter, error.status)
    const origin = origins.get(key)
    const text =
      origin === undefined
        ? prose`MLflow rejected the \`${own(key)}\` input: ${error.text}`
        : prose`MLflow rejected \`${origin.key}\` in ${describePlace(origin.location)}: ${error.text}`
    const mistakes = origin === undefined ? [] : [{ text, location: origin.location }]
    throw new SyncError(text, { advice, mistakes, cause: error })
  }
}

function adviceFor(filter: string, status: number | undefined): Prose {
  return status === 500
    ? prose`MLflow only fails with the filter \`${filter}\`: correct it. Its syntax is that of MLflow's own search.`
    : prose`Correct the filter \`${filter}\`. Its syntax is that of MLflow's own search.`
}

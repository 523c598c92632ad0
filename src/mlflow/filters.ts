import { MlflowError } from '../core/errors.ts'

/**
 * Reads with a filter that a person wrote. MLflow rejects most invalid ones with 400, and fails with 500
 * for others: MLflow 3.17.2 for `tags.a IS NULL` and `run_id IN (a)` of model versions, and for an integer
 * of more than 64 bits. If it responds without the filter, and again not with it, the filter is at fault.
 *
 * @param probe a small request of the same kind without the filter. It fails if the server is down, after
 *   the retries that the one with the filter did not get.
 * @throws MlflowError that says whether the filter was rejected.
 */
export async function readWithFilter<T>(
  read: () => Promise<T>,
  probe: () => Promise<unknown>,
): Promise<T> {
  const error = await failureOf(read)
  if (!(error instanceof MlflowError)) return error.value
  if (error.status === 400) throw rejectFilter(error)
  if (error.status !== 500) throw error
  await probe()
  const second = await failureOf(read)
  if (!(second instanceof MlflowError)) return second.value
  throw second.status === 500 || second.status === 400 ? rejectFilter(second) : second
}

async function failureOf<T>(read: () => Promise<T>): Promise<MlflowError | { readonly value: T }> {
  try {
    return { value: await read() }
  } catch (error) {
    if (error instanceof MlflowError) return error
    throw error
  }
}

function rejectFilter({ text, advice, status, code }: MlflowError): MlflowError {
  return new MlflowError(text, { advice, status, code, isFilterRejected: true })
}

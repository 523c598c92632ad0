/** MLflow's database pool is exhausted by more than about 15 requests at a time. */
const maxConcurrentRequests = 4

/**
 * Maps items in order with a few requests to MLflow at a time; throws the first error.
 *
 * @param onDone called with the number of items that are done.
 */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  map: (item: T) => Promise<R>,
  onDone: (count: number) => void = () => undefined,
): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  let done = 0
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      results[index] = await map(item)
      done += 1
      onDone(done)
    }
  }
  await Promise.all(Array.from({ length: maxConcurrentRequests }, worker))
  return results
}

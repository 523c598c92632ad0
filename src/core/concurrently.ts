/**
 * Maps items in order, some of them at a time. After an error no further item is begun.
 *
 * @param onDone called with the number of items that are done.
 */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T) => Promise<R>,
  onDone: (count: number) => void = () => undefined,
): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  let done = 0
  let failed = false
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failed) return
      try {
        results[index] = await map(item)
      } catch (error) {
        failed = true
        throw error
      }
      done += 1
      onDone(done)
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
  return results
}

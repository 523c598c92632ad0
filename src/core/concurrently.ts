/**
 * Waits for all of the work, even if some of it fails: nothing may go on in the background once the
 * error is known. Throws the first error, in the order of the list.
 */
export async function together<const T extends readonly Promise<unknown>[]>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work)
  return Promise.all(work)
}

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
  await together(Array.from({ length: limit }, worker))
  return results
}

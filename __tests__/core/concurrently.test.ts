import { expect, test } from '@jest/globals'
import { mapConcurrently } from '../../src/core/concurrently.ts'

/** Lets everything happen that does not wait for a promise of the test. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

test('maps in order, and only as many items at a time as it may', async () => {
  let running = 0
  let most = 0
  const doubled = mapConcurrently([1, 2, 3, 4, 5], 2, async (item) => {
    running += 1
    most = Math.max(most, running)
    await settle()
    running -= 1
    return item * 2
  })
  expect(await doubled).toEqual([2, 4, 6, 8, 10])
  expect(most).toBe(2)
})

test('throws an error at once, and begins nothing after it', async () => {
  const begun: number[] = []
  const slow = Promise.withResolvers<unknown>()
  const mapped = mapConcurrently([1, 2, 3, 4], 2, async (item) => {
    begun.push(item)
    if (item === 1) throw new Error('first')
    await slow.promise
  })
  await expect(mapped).rejects.toThrow('first')
  slow.resolve(undefined)
  await settle()
  expect(begun).toEqual([1, 2])
})

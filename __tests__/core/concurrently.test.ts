import { expect, test } from '@jest/globals'
import { mapConcurrently, together } from '../../src/core/concurrently.ts'

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

test('begins nothing after an error, and throws it when nothing is left running', async () => {
  const begun: number[] = []
  const slow = Promise.withResolvers<unknown>()
  let isSettled = false
  const mapped = mapConcurrently([1, 2, 3, 4], 2, async (item) => {
    begun.push(item)
    if (item === 1) throw new Error('first')
    await slow.promise
  })
  void mapped.catch(() => (isSettled = true))
  await settle()
  expect(isSettled).toBe(false)
  slow.resolve(undefined)
  await expect(mapped).rejects.toThrow('first')
  expect(begun).toEqual([1, 2])
})

test('of several errors, the first in the list is thrown', async () => {
  const late = settle().then(() => {
    throw new Error('late')
  })
  const early = Promise.reject(new Error('early'))
  await expect(together([late, early])).rejects.toThrow('late')
})

import { expect, test } from '@jest/globals'
import { createStopwatch } from '../../src/core/runtime.ts'

test('a stopwatch adds up the times of a phase, in milliseconds, failures included', async () => {
  let now = 1000
  const { measure, phases } = createStopwatch(() => now)
  const work = (ms: number) => () => {
    now += ms
    return Promise.resolve(ms)
  }
  expect(await measure('read', work(2.4))).toBe(2.4)
  expect(await measure('write', work(7))).toBe(7)
  const failure = measure('read', async () => {
    await work(3)()
    throw new Error('No luck')
  })
  await expect(failure).rejects.toThrow('No luck')
  expect(phases()).toEqual([
    { name: 'read', milliseconds: 5 },
    { name: 'write', milliseconds: 7 },
  ])
})

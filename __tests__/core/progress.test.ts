import { describe, expect, test } from '@jest/globals'
import { createProgress } from '../../src/core/progress.ts'

/** Progress with a clock that only moves when told to, and the lines of its log. */
function createScenario() {
  let now = 1_000_000
  const lines: string[] = []
  const info = (line: string) => lines.push(line)
  const clock = {
    now: () => now,
    random: () => 0,
    sleep: (ms: number) => {
      now += ms
      return Promise.resolve()
    },
  }
  const progress = createProgress(clock, { debug: () => undefined, info, warn: info })
  return { progress, lines, pass: (seconds: number) => (now += seconds * 1000) }
}

describe('progress', () => {
  test('is a line every 5 seconds, with counts', () => {
    const { progress, lines, pass } = createScenario()
    for (let done = 0; done <= 9800; done += 200) {
      progress.report('rendered', done, 9800, 'file')
      pass(0.5)
    }
    expect(lines).toEqual([
      'rendered 2,000 of 9,800 files',
      'rendered 4,000 of 9,800 files',
      'rendered 6,000 of 9,800 files',
      'rendered 8,000 of 9,800 files',
    ])
  })

  test('has no total while nobody knows it', () => {
    const { progress, lines, pass } = createScenario()
    pass(5)
    progress.report('read', 12_000, undefined, 'model version')
    expect(lines).toEqual(['read 12,000 model versions so far'])
  })

  test('is not said for short work, and not soon after another line', () => {
    const { progress, lines, pass } = createScenario()
    pass(4)
    progress.report('read', 10, 20, 'run')
    progress.log.info('something else')
    pass(4)
    progress.report('read', 20, 20, 'run')
    expect(lines).toEqual(['something else'])
  })

  test('names the server that a request waits for, and how long', () => {
    const { progress, lines, pass } = createScenario()
    progress.report('read', 10, undefined, 'model version')
    progress.watchRequest('MLflow (GET /a)')()
    const end = progress.watchRequest('GitHub (POST /graphql)')
    for (let second = 0; second < 12; second += 1) {
      pass(1)
      progress.tick()
    }
    end()
    pass(5)
    progress.tick()
    expect(lines).toEqual([
      'waiting for GitHub (POST /graphql), 5 s so far',
      'waiting for GitHub (POST /graphql), 10 s so far',
    ])
  })

  test('says during a long request what was reached before it', () => {
    const { progress, lines, pass } = createScenario()
    pass(3)
    progress.report('fetched', 250, 500, 'file')
    pass(2)
    progress.tick()
    expect(lines).toEqual(['fetched 250 of 500 files'])
  })

  test('names a request rather than work of which nothing is done yet', () => {
    const { progress, lines, pass } = createScenario()
    pass(1)
    progress.report('read', 0, undefined, 'model version')
    progress.watchRequest('MLflow (GET /a)')
    pass(4)
    progress.tick()
    expect(lines).toEqual(['waiting for MLflow (GET /a), 4 s so far'])
  })

  test('says how long a wait still takes', async () => {
    const { progress, lines, pass } = createScenario()
    const waited = Promise.withResolvers<undefined>()
    const clock = { now: () => 0, random: () => 0, sleep: () => waited.promise }
    const info = (line: string) => lines.push(line)
    let now = 0
    const waiting = createProgress(
      { ...clock, now: () => now },
      { debug: () => undefined, info, warn: info },
    )
    const wait = waiting.clock.sleep(25_000)
    for (let second = 0; second < 24; second += 1) {
      now += 1000
      waiting.tick()
    }
    waited.resolve(undefined)
    await wait
    expect(lines).toEqual(['still waiting, 15 s left', 'still waiting, 5 s left'])
    pass(60)
    progress.tick()
    expect(lines).toHaveLength(2)
  })

  test('is silent between two rounds', async () => {
    const { progress, lines } = createScenario()
    progress.report('read', 0, undefined, 'model version')
    const wait = progress.idleClock.sleep(30_000)
    progress.tick()
    await wait
    expect(lines).toEqual([])
  })
})

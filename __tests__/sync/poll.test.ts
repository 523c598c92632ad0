import { describe, expect, test } from '@jest/globals'
import { emptyResult, type SyncResult } from '../../src/core/result.ts'
import { prose } from '../../src/core/text/prose.ts'
import { poll } from '../../src/sync/poll.ts'
import { plainTexts } from '../fixtures/plain-texts.ts'

const error = { message: prose`No luck`, advice: prose`Try again.`, mistakes: [] }
const successful = emptyResult('acme/models', 'main')

type Scenario = {
  readonly intervalMs: number
  readonly durationMs: number
  /** How long each sync takes, and whether it fails. */
  readonly rounds: readonly { readonly takesMs: number; readonly fails?: boolean }[]
  /** Number of the round, counted from 1, after which the job is cancelled. */
  readonly cancelAfter?: number
}

/** Polls with a clock that only advances during syncs and sleeps. */
async function pollScenario({ rounds, cancelAfter, ...times }: Scenario) {
  let now = 0
  const startTimes: number[] = []
  const lines: string[] = []
  const ended: [number, SyncResult][] = []
  const controller = new AbortController()
  const sync = (): Promise<SyncResult> => {
    const round = rounds[startTimes.length]
    startTimes.push(now)
    now += round?.takesMs ?? 0
    if (startTimes.length === cancelAfter) controller.abort()
    return Promise.resolve(round?.fails === true ? { ...successful, error } : successful)
  }
  const clock = {
    now: () => now,
    random: () => 0,
    sleep: (ms: number) => {
      now += ms
      return Promise.resolve()
    },
  }
  const result = await poll(sync, {
    ...times,
    clock,
    signal: controller.signal,
    info: (line) => lines.push(line),
    onRound: (round, number) => ended.push([number, round]),
  })
  return { startTimes, result, lines, ended }
}

describe('polling', () => {
  test.each<[string, Scenario, number[]]>([
    [
      'syncs once without a duration',
      { intervalMs: 60, durationMs: 0, rounds: [{ takesMs: 5 }] },
      [0],
    ],
    [
      'syncs every interval until the duration is over',
      { intervalMs: 60, durationMs: 180, rounds: [{ takesMs: 5 }, { takesMs: 5 }, { takesMs: 5 }] },
      [0, 60, 120],
    ],
    [
      'starts the next sync immediately if one took longer than the interval',
      {
        intervalMs: 60,
        durationMs: 180,
        rounds: [{ takesMs: 100 }, { takesMs: 5 }, { takesMs: 5 }],
      },
      [0, 100, 160],
    ],
    [
      'continues after a failed round',
      { intervalMs: 60, durationMs: 100, rounds: [{ takesMs: 5, fails: true }, { takesMs: 5 }] },
      [0, 60],
    ],
    [
      'ends if the job is cancelled during a sync',
      {
        intervalMs: 60,
        durationMs: 600,
        rounds: [{ takesMs: 5 }, { takesMs: 5 }],
        cancelAfter: 2,
      },
      [0, 60],
    ],
  ])('%s', async (_name, scenario, startTimes) => {
    expect((await pollScenario(scenario)).startTimes).toEqual(startTimes)
  })

  test('turns the error of a round into a warning if a later round succeeds', async () => {
    const { result } = await pollScenario({
      intervalMs: 60,
      durationMs: 100,
      rounds: [{ takesMs: 5, fails: true }, { takesMs: 5 }],
    })
    expect(plainTexts(result)).toMatchObject({
      error: undefined,
      warnings: ['An earlier round failed: No luck'],
    })
  })

  test('reports each round when it ends, and then when the next one begins', async () => {
    const { ended, lines } = await pollScenario({
      intervalMs: 60_000,
      durationMs: 100_000,
      rounds: [{ takesMs: 5000, fails: true }, { takesMs: 5000 }],
    })
    expect(ended).toEqual([
      [1, { ...successful, error }],
      [2, successful],
    ])
    expect(lines).toEqual(['The next round begins in 55 s, at 00:01:00 UTC'])
  })

  test('reports no round of a job with only one', async () => {
    const { ended } = await pollScenario({
      intervalMs: 60,
      durationMs: 0,
      rounds: [{ takesMs: 5 }],
    })
    expect(ended).toEqual([])
  })

  test('returns the result so far when the job is cancelled between two rounds', async () => {
    let calls = 0
    const clock = { now: () => 0, random: () => 0, sleep: () => Promise.reject(new Error('abort')) }
    const result = await poll(
      () => {
        calls += 1
        return Promise.resolve(successful)
      },
      {
        intervalMs: 60,
        durationMs: 600,
        clock,
        signal: new AbortController().signal,
        info: () => undefined,
        onRound: () => undefined,
      },
    )
    expect([calls, result]).toEqual([1, successful])
  })
})

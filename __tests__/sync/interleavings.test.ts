import { expect, test } from '@jest/globals'
import { fc } from '../../testing/fast-check.ts'
import { useWorld } from '../../testing/use-world.ts'
import { scenarios, type Flow } from '../fixtures/scenario.ts'
import { expectNoProblems, play } from '../fixtures/stage.ts'

/**
 * Searches for a sequence of events between the requests of several syncs that breaks a promise. What
 * is promised is in `testing/races/watch.ts` and `fixtures/scenario-checks.ts`.
 */

// Other tests' models would make each listing longer.
const world = await useWorld({ version: 3, ownServer: true })
const runIds = await Promise.all(
  Array.from({ length: 20 }, () => world.api.createRun(world.experiment.id)),
)

/** How many scenarios each flow gets, in proportion; more find more. */
const rounds = Number(process.env.RACE_ROUNDS ?? 3)

test.each<[Flow, number]>([
  ['commit by mutation', rounds],
  ['commit by git data', Math.ceil(rounds / 2)],
  ['pull request', rounds * 2],
])(
  'no interleaving breaks a promise: %s',
  async (flow, numRuns) => {
    await fc.assert(
      fc.asyncProperty(scenarios(flow), async (scenario) => {
        expectNoProblems(await play(world, runIds, scenario))
      }),
      { numRuns },
    )
    expect(world.github.violations).toEqual([])
  },
  3_600_000,
)

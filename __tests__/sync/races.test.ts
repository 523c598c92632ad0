import { describe, test } from '@jest/globals'
import { useWorld } from '../../testing/use-world.ts'
import type { Event, Flow, Round } from '../fixtures/scenario.ts'
import { expectNoProblems, play } from '../fixtures/stage.ts'

/** Competing writes right before each request of each flow, and jobs that run at the same time. */

// Other tests' models would make each listing longer.
const world = await useWorld({ version: 3, ownServer: true })
const { id } = world.experiment
const runIds = await Promise.all(Array.from({ length: 10 }, () => world.api.createRun(id)))

/** Every event before every request takes many minutes, so by default a few of them do. */
const isThorough = process.env.EVERY_REQUEST !== undefined
const stride = isThorough ? 1 : 11
const timeoutMs = 3_600_000

const onBase = [
  'pushes another file',
  'edits a values file',
  'force-pushes the base back',
  'reverts the last commit',
  'twin',
  'shard',
] as const
const onPullRequest = [
  ...onBase,
  'pushes to the head branch',
  'amends the head branch',
  'updates the branch by merge',
  'merges',
  'closes',
  'edits the title',
  'direct job',
] as const

const opened: Round = { registers: 'run', events: [] }
const merged: Round = { registers: 'run', events: [{ before: Infinity, event: 'direct job' }] }

describe('a competing write right before a request breaks no promise', () => {
  test.each<[string, Flow, readonly Event[], readonly Round[], Round['registers']]>([
    ['a commit by mutation', 'commit by mutation', onBase, [opened], 'run'],
    ['a commit by git data', 'commit by git data', onBase, [], 'run'],
    ['a pull request that is opened', 'pull request', onPullRequest, [], 'run'],
    ['a pull request that is updated', 'pull request', onPullRequest, [opened], 'version'],
    ['a pull request that is closed', 'pull request', onPullRequest, [merged], 'nothing'],
  ])(
    'of %s',
    async (which, flow, events, before, registers) => {
      const first = 1 + (which.length % stride)
      for (let number = first, requests = first; number <= requests; number += stride) {
        const chosen = isThorough ? events : [events[number % events.length]]
        for (const event of chosen) {
          if (event === undefined) continue
          const round = { registers, events: [{ before: number, event }] }
          const rounds = [...before, round]
          const performance = await play(world, runIds, {
            flow,
            deleteBranchOnMerge: false,
            rounds,
          })
          expectNoProblems(performance)
          requests = Math.max(requests, performance.requests.at(-1) ?? 0)
        }
      }
    },
    timeoutMs,
  )
})

describe('three jobs at the same time', () => {
  const times = Number(process.env.RACE_ROUNDS ?? 1)
  test.each<[string, Flow, NonNullable<Round['beside']>]>([
    ['with the same models', 'commit by mutation', ['twin', 'other twin']],
    ['with the same models, with git data', 'commit by git data', ['twin', 'other twin']],
    ['each with its own models', 'commit by mutation', ['shard', 'other shard']],
    ['with one pull request', 'pull request', ['twin', 'other twin']],
    ['two of which commit directly', 'pull request', ['direct job', 'shard']],
    ['with one head branch, but not the same models', 'pull request', ['twin', 'proposing shard']],
  ])(
    '%s',
    async (_which, flow, beside) => {
      for (let time = 0; time < times; time += 1) {
        const rounds = (['run', 'version'] as const).map((registers) => ({
          registers,
          events: [],
          beside,
        }))
        expectNoProblems(await play(world, runIds, { flow, deleteBranchOnMerge: false, rounds }))
      }
    },
    timeoutMs,
  )
})

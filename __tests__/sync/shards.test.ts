import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import type { Clock } from '../../src/core/runtime.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

const world = await useWorld({ version: 3 })

const shards = 8
/** Attempts seem to take as long as over a network, and waits are as much shorter. */
const speed = 12

/** A clock that runs faster, and whose jitter spreads the shards evenly. */
function clockOf(shard: number): Clock {
  let asked = 0
  return {
    now: () => Date.now() * speed,
    sleep: (ms) => sleep(ms / speed),
    random: () => {
      asked += 1
      return ((shard * 3 + asked * 5) % shards) / shards
    },
  }
}

test('eight jobs with their own models all write to one directory, each with one commit', async () => {
  const project = world.createProject()
  const { repository } = project
  for (let shard = 0; shard < shards; shard += 1) await project.registerExternal(`${shard}-model`)
  const jobs = await Promise.all(
    Array.from({ length: shards }, (_, shard) => {
      const inputs = { models: project.model(`${shard}-*`), path: 'models' }
      return runInProcess(world, project, inputs, { clock: clockOf(shard) })
    }),
  )
  expect(jobs.map(({ outputs }) => outputs.operation)).toEqual(
    Array.from({ length: shards }, () => 'committed'),
  )
  expect(new Set(jobs.map(({ outputs }) => outputs['commit-sha'])).size).toBe(shards)
  expect(repository.commitCount()).toBe(1 + shards)
  expect(repository.paths('main', 'models')).toHaveLength(shards)
})

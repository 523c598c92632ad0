import { expect, test } from '@jest/globals'
import type { Clock } from '../../src/core/runtime.ts'
import { isBranchRead } from '../../testing/github/matchers.ts'
import { isListing } from '../../testing/mlflow/gateway-rules.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

const world = await useWorld({ version: 3, throughGateway: true })

test.each([
  ['once if MLflow lists its versions in 20 s', 20_000, 1],
  ['again if MLflow takes longer, because somebody may have pushed in the meantime', 40_000, 2],
])('the branch is read %s', async (_, listingMs, reads) => {
  const project = world.createProject()
  await project.register('model')
  let passedMs = 0
  const clock: Clock = {
    now: () => Date.now() + passedMs,
    sleep: () => Promise.resolve(),
    random: () => 0,
  }
  const before = world.github.requests.length
  world.gateway.rule = async (request) => {
    if (!isListing(request)) return undefined
    while (world.github.requests.length === before) await new Promise(setImmediate)
    passedMs += listingMs
    if (reads === 2) project.repository.push('main', { 'models/other.txt': 'pushed' })
    return undefined
  }
  const { outputs } = await runInProcess(world, project, { path: 'models' }, { clock })
  expect(outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
  expect(world.github.requests.slice(before).filter(isBranchRead)).toHaveLength(reads)
})

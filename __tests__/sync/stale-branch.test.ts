import { expect, test } from '@jest/globals'
import type { Clock, Log } from '../../src/core/runtime.ts'
import { isBranchRead } from '../../testing/github/matchers.ts'
import { isListing } from '../../testing/mlflow/gateway-rules.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

const world = await useWorld({ version: 3, throughGateway: true })

/** A clock that a test moves on, and a log that tells whether the branch was read. */
function createWatch() {
  const watch = { passedMs: 0, isBranchRead: false }
  const clock: Clock = {
    now: () => Date.now() + watch.passedMs,
    sleep: () => Promise.resolve(),
    random: () => 0,
  }
  const log: Log = {
    debug: (line) => {
      watch.isBranchRead ||= line.includes('Branch')
    },
    info: () => undefined,
    warn: () => undefined,
  }
  return { watch, runtime: { clock, log } }
}

test.each([
  ['once if MLflow lists its versions in 20 s', 20_000, 1],
  ['again if MLflow takes longer, because somebody may have pushed in the meantime', 40_000, 2],
])('the branch is read %s', async (_, listingMs, reads) => {
  const project = world.createProject()
  await project.register('model')
  const { watch, runtime } = createWatch()
  const before = world.github.requests.length
  world.gateway.rule = async (request) => {
    if (!isListing(request)) return undefined
    while (!watch.isBranchRead) await new Promise(setImmediate)
    watch.passedMs += listingMs
    if (reads === 2) project.repository.push('main', { 'models/other.txt': 'pushed' })
    return undefined
  }
  const { outputs } = await runInProcess(world, project, { path: 'models' }, runtime)
  expect(outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
  expect(world.github.requests.slice(before).filter(isBranchRead)).toHaveLength(reads)
})

test('a read of the branch that is still under way is not repeated', async () => {
  const project = world.createProject()
  await project.register('model')
  const { watch, runtime } = createWatch()
  const before = world.github.requests.length
  let release = (): void => undefined
  const run = () =>
    new Promise<void>((resolve) => {
      release = resolve
    })
  world.github.inject({ kind: 'run-before', run }, { match: isBranchRead })
  world.gateway.rule = (request) => {
    if (!isListing(request)) return undefined
    watch.passedMs += 40_000
    // By then, the response to the listing has been read.
    setTimeout(() => release(), 500)
    return undefined
  }
  const { outputs } = await runInProcess(world, project, { path: 'models' }, runtime)
  expect(outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
  expect(world.github.requests.slice(before).filter(isBranchRead)).toHaveLength(1)
})

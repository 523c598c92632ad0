import { expect, test } from '@jest/globals'
import { bulkRegister } from '../../testing/mlflow/bulk.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

const world = await useWorld({ version: 3, throughGateway: true })

/** A world in which whoever looks at the clock finds that two more seconds have passed. */
function createSlowWorld() {
  let now = 0
  const lines: string[] = []
  const ignore = () => undefined
  return {
    lines,
    clock: { now: () => (now += 2000), random: () => 0, sleep: () => Promise.resolve() },
    log: { debug: ignore, info: (line: string) => lines.push(line), warn: ignore },
  }
}

test('a large sync says how far it is with each of its steps', async () => {
  const project = world.createProject()
  const experimentId = world.experiment.id
  bulkRegister(world.mlflow, { experimentId, count: 520, prefix: project.model('many') })
  const first = createSlowWorld()
  const inputs = { path: 'values', prune: 'true', 'max-deletions': '1000' }
  const created = await runInProcess(world, project, inputs, first)
  expect(created.outputs).toMatchObject({ operation: 'committed', 'created-count': '520' })
  const lines = first.lines.join('\n')
  expect(lines).toMatch(/^read [\d,]+ model versions so far/m)
  expect(lines).toMatch(/^read \d+ of 520 runs$/m)
  expect(lines).toMatch(/^rendered \d+ of 520 files$/m)
  expect(lines).toMatch(/^uploaded \d+ of 520 files$/m)

  await world.api.deleteModel(project.model('many-1'))
  const second = createSlowWorld()
  await runInProcess(world, project, inputs, second)
  expect(second.lines.join('\n')).toMatch(/^fetched \d+ of 520 files$/m)
  expect(second.lines.join('\n')).toMatch(/^compared \d+ of 468 files$/m)
  expect(second.lines.join('\n')).toMatch(/^confirmed \d+ of 52 deletions$/m)
})

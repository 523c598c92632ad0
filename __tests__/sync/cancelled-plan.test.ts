import { afterAll, expect, test } from '@jest/globals'
import { SyncError } from '../../src/core/errors.ts'
import { prose } from '../../src/core/text/prose.ts'
import { useWorld } from '../../testing/use-world.ts'
import { inProcess } from '../fixtures/in-process.ts'
import { plainTexts } from '../fixtures/plain-texts.ts'

const world = await useWorld({ version: 3 })
const project = world.createProject()
const { clients, sync } = inProcess(world, project, world.mlflow.url, {
  models: project.model('*'),
})
afterAll(() => clients.close())

test('a job that is cancelled while it renders stops before it writes', async () => {
  await project.register('model')
  const head = project.repository.head()
  const signal = AbortSignal.abort(new SyncError(prose`cancelled`))
  const result = await sync({ signal })
  expect(plainTexts(result.error)).toMatchObject({ message: 'cancelled' })
  expect(result.branch).toBe('main')
  expect(project.repository.head()).toBe(head)
  expect((await sync()).operation).toBe('committed')
})

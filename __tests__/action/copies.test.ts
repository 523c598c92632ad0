import { beforeEach, expect, test } from '@jest/globals'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(() => {
  project = world.createProject()
})

function read(runId: string): string {
  return project.repository.read(`values/${runId}.yaml`)
}

function sync(inputs = {}) {
  return project.sync({ path: 'values', ...inputs })
}

/** Registers a version, promotes it to another model, and gives its first name to another run. */
async function registerOriginAnew() {
  const origin = await project.register('staging')
  const copy = await project.registerExternal('prod', {
    runId: origin.runId,
    source: `models:/${origin.name}/1`,
  })
  const promote = async () => {
    await world.api.deleteModel(origin.name)
    return project.register('staging')
  }
  return { origin, copy, promote }
}

test("a copy keeps its own run's model after its origin's name was registered anew", async () => {
  const { origin, copy, promote } = await registerOriginAnew()
  await sync({ models: copy.name })
  const before = read(origin.runId)
  expect(before).toContain(`modelid: ${origin.modelId ?? ''}`)
  await promote()
  const step = await sync({ models: copy.name })
  expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '1' })
  expect(read(origin.runId)).toBe(before)
})

test('a new file of such a copy gets the location that MLflow resolved when it was copied', async () => {
  const { origin, copy, promote } = await registerOriginAnew()
  const impostor = await promote()
  const step = await sync({ models: copy.name })
  expect(step.outputs['created-count']).toBe('1')
  expect(read(origin.runId)).toContain(`modelid: ${origin.modelId ?? ''}`)
  expect(read(origin.runId)).not.toContain(impostor.modelId)
})

test('a wrong modelid of such a copy is corrected', async () => {
  const { origin, copy, promote } = await registerOriginAnew()
  await sync({ models: copy.name })
  const before = read(origin.runId)
  const { modelId: wrong = '' } = await promote()
  const damaged = before.replace(origin.modelId ?? '', wrong)
  project.repository.push('main', { [`values/${origin.runId}.yaml`]: damaged })
  await sync({ models: copy.name })
  expect(read(origin.runId)).toBe(before)
})

test('a copy keeps its model when the names of two origins of its run are swapped', async () => {
  const origin = await project.register('staging')
  const { runId, modelId = '' } = origin
  const source = `models:/${origin.name}/1`
  const otherModel = await world.api.createLoggedModel(world.experiment.id, 'other', runId)
  const other = { runId, modelId: otherModel, source: `models:/${otherModel}` }
  await world.api.createVersion({ ...other, name: project.model('tmp') })
  const copy = await project.registerExternal('prod', { runId, source })
  const inputs = { models: copy.name }
  await sync(inputs)
  const before = read(runId)
  expect(before).toContain(modelId)
  await world.api.renameModel(origin.name, project.model('old'))
  await world.api.renameModel(project.model('tmp'), origin.name)
  expect((await sync(inputs)).outputs.operation).toBe('none')
  expect(read(runId)).toBe(before)
  await project.sync({ ...inputs, path: 'new' })
  expect(project.repository.read(`new/${runId}.yaml`)).toContain(modelId)
})

test('copies whose origins a filter hides take one request together', async () => {
  const origins = await Promise.all(
    Array.from({ length: 12 }, () => project.register('many-origins')),
  )
  for (const { runId, name, version } of origins) {
    await project.registerExternal('copies', { runId, source: `models:/${name}/${version}` })
  }
  const filter = `name = '${project.model('copies')}'`
  const step = await sync({ filter })
  expect(step.outputs['created-count']).toBe('12')
  for (const { runId, modelId = '' } of origins) expect(read(runId)).toContain(modelId)
  // The listing, the versions of the runs, the experiments, the runs, the logged models.
  expect(step.mlflowRequests.length).toBeLessThanOrEqual(5)
  const again = await sync({ filter })
  expect(again.outputs['unchanged-count']).toBe('12')
  expect(again.mlflowRequests.length).toBeLessThanOrEqual(3)
})

test('a copy of which MLflow does not tell the location fails alone', async () => {
  const { copy, promote } = await registerOriginAnew()
  await promote()
  await project.register('good')
  world.gateway.rule = ({ url }) =>
    url.includes('get-download-uri')
      ? { status: 404, body: '{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"gone"}' }
      : undefined
  const step = await sync({ models: `${copy.name}\n${project.model('good')}` })
  expect(step.outputs).toMatchObject({ 'created-count': '1', 'failed-count': '1' })
  expect(step.log).toMatch(/MLflow did not say where its artifacts are: .*gone/)
})

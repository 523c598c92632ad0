import { beforeEach, describe, expect, test } from '@jest/globals'
import { changeListing } from '../../testing/mlflow/gateway-rules.ts'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(() => {
  project = world.createProject()
})

function read(runId: string): string {
  return project.repository.read(`${runId}.yaml`)
}

const loggedModelPath =
  '/mlflow/{{ .Values.global.experimentId }}/models/{{ .Values.global.modelid }}/artifacts'

/** Registers a version, and a copy of it under another model. */
async function registerCopy() {
  const origin = await project.register('origin')
  const copy = await project.registerExternal('production', {
    runId: origin.runId,
    source: `models:/${origin.name}/1`,
  })
  return { origin, copy }
}

describe('the path to the artifacts', () => {
  test('leads through the logged model when the version has no run', async () => {
    const runId = await project.createRun()
    const modelId = await world.api.createLoggedModel(world.experiment.id, 'model', runId)
    await project.register('x')
    world.gateway.rule = changeListing((rows) => [
      ...rows,
      {
        name: project.model('ui'),
        version: '1',
        creation_timestamp: 1,
        run_id: '',
        source: `mlflow-artifacts:/${world.experiment.id}/models/${modelId}/artifacts`,
      },
    ])
    await project.sync()
    expect(read(runId)).toContain(`    model: "${loggedModelPath}"\n`)
    expect(read(runId)).toContain(`modelid: ${modelId}`)
  })

  test('leads to the origin of a copied version', async () => {
    const { origin, copy } = await registerCopy()
    await project.sync({ models: copy.name })
    expect(read(origin.runId)).toContain(`modelName: ${copy.name}`)
    expect(read(origin.runId)).toContain(`modelid: ${origin.modelId ?? 'none'}`)
    expect(read(origin.runId)).toContain(`    model: "${loggedModelPath}"\n`)
    const filtered = await project.sync({ models: '*', filter: `name = '${copy.name}'` })
    expect(filtered.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '1' })
  })

  test('leads to the origin of a copied version that the filter excludes', async () => {
    const { origin, copy } = await registerCopy()
    await project.sync({ models: '*', filter: `name = '${copy.name}'` })
    expect(read(origin.runId)).toContain(`modelid: ${origin.modelId ?? 'none'}`)
  })
})

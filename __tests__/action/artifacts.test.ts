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

  test("leads to a logged model in another experiment than its run's", async () => {
    const runId = await project.createRun()
    const other = await world.api.createExperiment(project.model('other-experiment'))
    const modelId = await world.api.createLoggedModel(other, 'model', runId)
    const source = `models:/${modelId}`
    const version = { name: project.model('x'), source, runId, modelId }
    await world.api.createVersion(version)
    await project.sync()
    expect(read(runId)).toContain(
      `    model: "/mlflow/${other}/models/{{ .Values.global.modelid }}/artifacts"\n`,
    )
  })

  test.each(['hf:/meta-llama/Llama-3-8B', 's3://weights/llama', 'dbfs:/Volumes/main/llama'])(
    'is not guessed for the source %s: that run fails alone, unless the template does without',
    async (source) => {
      const good = await project.register('good')
      const bad = await project.registerExternal('bad', { source })
      project.repository.push('main', { 'plain.yaml': 'model: ${model.source}\n' })
      const step = await project.sync()
      expect(step.outputs).toMatchObject({ 'created-count': '1', 'failed-count': '1' })
      expect(step.changes.find(({ outcome }) => outcome === 'failed')).toMatchObject({
        runId: bad.runId,
        reason: expect.stringContaining(`its artifacts are at \`${source}\``) as unknown,
      })
      expect(read(good.runId)).toContain('modelName')
      const plain = await project.sync({ template: 'plain.yaml' })
      expect(plain.outputs).toMatchObject({ 'created-count': '1', 'failed-count': '0' })
      expect(read(bad.runId)).toContain(source)
    },
  )

  test('that changes with a version of the same run is a warning that names the file', async () => {
    const { runId } = await project.registerExternal('x')
    await project.sync()
    await project.registerExternal('x', { runId, source: `s3://bucket/1/${runId}/artifacts/new` })
    const step = await project.sync()
    expect(step.outputs['updated-count']).toBe('1')
    expect(step.warnings.join()).toMatch(new RegExp(`${runId}.yaml\` now names .* version 2.*/new`))
    expect((await project.sync()).warnings).toEqual([])
  })

  test('is not broken by a version without a logged model', async () => {
    const { runId } = await project.register('x')
    await project.sync()
    const before = read(runId)
    await project.registerExternal('x', { runId })
    const step = await project.sync()
    expect(step.outputs).toMatchObject({ operation: 'none', 'failed-count': '1' })
    expect(step.log).toMatch(
      /has no logged model, but the file refers to `\.Values\.global\.modelid`/,
    )
    expect(read(runId)).toBe(before)
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

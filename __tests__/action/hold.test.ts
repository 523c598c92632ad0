import { describe, expect, test } from '@jest/globals'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })

describe('a file on hold', () => {
  test('is not changed', async () => {
    const project = world.createProject()
    const { runId } = await project.registerExternal('model')
    const text = '# mlflow-sync: hold until Friday\nglobal: {}\n'
    project.repository.push('main', { [`${runId}.yaml`]: text })
    const step = await project.sync()
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({ operation: 'none', 'held-count': '1' })
    expect(step.changes[0]).toMatchObject({
      outcome: 'held',
      reason: 'the file has the comment `# mlflow-sync: hold`: until Friday',
    })
    expect(project.repository.read(`${runId}.yaml`)).toBe(text)
  })

  test('is not deleted when its version has been deleted', async () => {
    const project = world.createProject()
    const { runId, name, version } = await project.registerExternal('model')
    await project.registerExternal('other')
    await project.sync()
    const path = `${runId}.yaml`
    const held = `# mlflow-sync: hold\n${project.repository.read(path)}`
    project.repository.push('main', { [path]: held })
    await world.api.deleteVersion(name, version)
    const step = await project.sync({ prune: 'true' })
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({ operation: 'none', 'deleted-count': '0' })
    expect(project.repository.read(path)).toBe(held)
  })
})

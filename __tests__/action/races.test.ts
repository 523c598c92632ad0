import { beforeEach, describe, expect, test } from '@jest/globals'
import { isCommit } from '../../testing/github/faults.ts'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })
let project: Project

beforeEach(() => {
  project = world.createProject()
})

/** Runs a function between the action's last read and its commit. */
function beforeCommit(run: () => unknown, times = 1): void {
  world.github.inject({ kind: 'run-before', run }, { match: isCommit, times })
}

describe('when the branch moves between reading and writing', () => {
  test('the sync reads again, and both commits remain', async () => {
    await project.register('model')
    beforeCommit(() => project.repository.push('main', { 'other.txt': 'x' }))
    const step = await project.sync()
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(project.repository.commitCount()).toBe(3)
    expect(project.repository.read('other.txt')).toBe('x')
  })

  test("a person's edit of the same file is kept", async () => {
    const version = await project.registerExternal('edited')
    await project.sync()
    await world.api.createVersion(version)
    const path = `${version.runId}.yaml`
    const edited = `${project.repository.read(path)}# by hand\n`
    beforeCommit(() => project.repository.push('main', { [path]: edited }))
    const step = await project.sync()
    expect(step.outputs['updated-count']).toBe('1')
    expect(project.repository.read(path)).toBe(
      edited.replace('modelVersion: "1"', 'modelVersion: "2"'),
    )
  })

  test('five times, the sync gives up with an error and leaves nothing half-written', async () => {
    await project.register('model')
    let pushes = 0
    beforeCommit(() => {
      pushes += 1
      project.repository.push('main', { 'busy.txt': String(pushes) })
    }, 9)
    const step = await project.sync()
    expect(pushes).toBe(5)
    expect(step.exitCode).toBe(1)
    expect(step.log).toMatch(/in 5 attempts/)
    expect(step.outputs).toMatchObject({ operation: 'failed', 'commit-sha': '' })
    expect(project.repository.paths().toSorted()).toEqual(['README.md', 'busy.txt'])
    world.github.clearFaults()
    expect((await project.sync()).outputs['created-count']).toBe('1')
  })

  test('because another job wrote the same files, the sync succeeds without a commit', async () => {
    await project.register('model')
    beforeCommit(() => project.sync())
    const step = await project.sync()
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({ operation: 'none', changed: 'false' })
    expect(project.repository.commitCount()).toBe(2)
  })
})

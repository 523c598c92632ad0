import { beforeEach, describe, expect, test } from '@jest/globals'
import { isRefUpdate } from '../../testing/github/faults.ts'
import type { Project } from '../../testing/project.ts'
import {
  baseOfHeadBranch,
  headBranch,
  onlyPullRequest,
  syncPullRequest,
} from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })
let project: Project

beforeEach(async () => {
  project = world.createProject()
  await project.register('m')
  await sync()
})

function sync() {
  return syncPullRequest(project)
}

describe('a pull request that a person closes', () => {
  test.each(['kept', 'deleted'])(
    'is not reopened for the same changes, with its branch %s, even when the base moves',
    async (branch) => {
      onlyPullRequest(project).state = 'closed'
      if (branch === 'deleted') project.repository.git('branch', '-D', headBranch)
      project.repository.push('main', { 'b.txt': 'b' })
      const step = await sync()
      expect(step.exitCode).toBe(0)
      expect(step.outputs).toMatchObject({ operation: 'none', changed: 'false' })
      expect(step.log).toMatch(/#1 .*proposed the same changes and was closed without merging/)

      await project.register('n')
      const next = await sync()
      expect(next.outputs).toMatchObject({
        operation: 'pull-request-created',
        'pull-request-number': '2',
      })
      expect(baseOfHeadBranch(project)).toBe(project.repository.head())
    },
  )
})

describe("a person's commit on the head branch", () => {
  test('is never discarded', async () => {
    const theirs = project.repository.push(headBranch, { 'fix.txt': 'x' })
    await project.register('n')
    const step = await sync()
    expect(step.exitCode).toBe(1)
    expect(step.log).toMatch(/Branch `mlflow-sync\/main` has a commit that the action did not make/)
    expect(project.repository.head(headBranch)).toBe(theirs)
  })

  test("is never discarded when it amends the action's commit just before the branch moves", async () => {
    const { store } = project.repository
    const original = project.repository.head(headBranch)
    const { tree } = store.commit(project.repository.push('scratch', { 'x.txt': 'x' }))
    const { message } = store.commit(original)
    const amended = store.writeCommit(tree, [project.repository.head()], message)
    await project.register('n')
    const amend = () => store.updateRef(`refs/heads/${headBranch}`, amended, original)
    world.github.inject({ kind: 'run-before', run: amend }, { match: isRefUpdate })
    const step = await sync()
    expect(step.exitCode).toBe(1)
    expect(step.log).toMatch(/a commit that the action did not make/)
    expect(project.repository.head(headBranch)).toBe(amended)
  })
})

import { beforeEach, describe, expect, test } from '@jest/globals'
import { isBranchRead, isCommit } from '../../testing/github/faults.ts'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })
let project: Project

/** In each test, there is one run to write. */
beforeEach(async () => {
  project = world.createProject()
  await project.register('model')
})

describe('a commit whose response is lost', () => {
  test('is reported with all its counts, and not repeated, if the write succeeded', async () => {
    world.github.inject({ kind: 'lose-response' }, { match: isCommit })
    const step = await project.sync()
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({
      operation: 'committed',
      changed: 'true',
      'created-count': '1',
      'commit-sha': project.repository.head(),
    })
    expect(project.repository.commitCount()).toBe(2)
  })

  test('is not repeated if only the response was truncated', async () => {
    world.github.inject({ kind: 'truncate' }, { match: isCommit })
    const step = await project.sync()
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(project.repository.commitCount()).toBe(2)
  })

  test('is repeated if the write did not succeed', async () => {
    world.github.inject({ kind: 'drop' }, { match: isCommit })
    const step = await project.sync()
    expect(step.outputs.operation).toBe('committed')
    expect(project.repository.commitCount()).toBe(2)
  })
})

describe('reading the branch', () => {
  test.each(['truncate', 'drop'] as const)(
    'is repeated after the fault %s, which is not mistaken for an empty branch',
    async (kind) => {
      world.github.inject({ kind }, { match: isBranchRead })
      const step = await project.sync()
      expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
      expect(project.repository.commitCount()).toBe(2)
    },
  )

  test('is repeated after a 502 and after a page of HTML', async () => {
    const html = '<!doctype html><html></html>'
    world.github.inject({ kind: 'respond', status: 502, body: '<html>' }, { match: isBranchRead })
    world.github.inject({ kind: 'respond', status: 200, body: html }, { match: isBranchRead })
    const step = await project.sync()
    expect(step.outputs.operation).toBe('committed')
    expect(step.githubRequests.filter(isBranchRead)).toHaveLength(3)
  })

  test('is repeated twice after a response of an unexpected shape, and then fails', async () => {
    const body = JSON.stringify({
      data: { repository: { nameWithOwner: project.repository.fullName } },
    })
    const fault = { kind: 'respond', status: 200, body } as const
    world.github.inject(fault, { match: isBranchRead, times: 2 })
    expect((await project.sync()).outputs.operation).toBe('committed')
    world.github.inject(fault, { match: isBranchRead, times: 9 })
    const step = await project.sync()
    expect(step.exitCode).toBe(1)
    expect(step.log).toMatch(/GitHub's response can't be used: .*isArchived/)
    expect(step.githubRequests.filter(isBranchRead)).toHaveLength(3)
  })
})

import { beforeEach, describe, expect, test } from '@jest/globals'
import { plain } from '../../src/core/text/prose.ts'
import { editPullRequest, openByHand } from '../../testing/github/people.ts'
import { mergePullRequest } from '../../testing/github/pull-requests.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

/** What people do with the action's pull request and its branch. */

const world = await useWorld({ version: 3 })
let project: Project

beforeEach(async () => {
  project = world.createProject()
  await project.register('m')
  await propose()
})

function propose(inputs: Readonly<Record<string, string>> = {}) {
  return runInProcess(world, project, { 'pull-request': 'true', ...inputs })
}

test.each([65_300, 65_440, 65_536])(
  'a pull request whose body a person replaced with %d characters can be withdrawn',
  async (length) => {
    editPullRequest(project.repository, 1, { body: 'a'.repeat(length) })
    await runInProcess(world, project, {})
    const { exitCode, outputs } = await propose()
    expect({ exitCode, operation: outputs.operation }).toEqual({
      exitCode: 0,
      operation: 'pull-request-closed',
    })
    expect(project.repository.pullRequests[0]?.body).toMatch(/^a{65300}/)
    expect(project.repository.head(headBranch)).toBe('')
  },
)

describe('the head branch is left alone while a person’s pull request from it is open', () => {
  /** A backport, for example. */
  function openElsewhere(): void {
    const { repository } = project
    repository.git('branch', 'release', repository.git('rev-list', '--max-parents=0', 'main'))
    openByHand(repository, headBranch, { base: 'release', title: 'Backport' })
  }

  test.each(['merged', 'open'])('if the action’s own is %s', async (state) => {
    if (state === 'merged') mergePullRequest(project.repository, 1)
    openElsewhere()
    const head = project.repository.head(headBranch)
    await project.register('n')
    const { exitCode, result } = await propose()
    expect(exitCode).toBe(1)
    expect(plain(result.error?.message ?? [])).toMatch(
      /^Pull request #2 \S+ into `release` comes from branch `mlflow-sync\/main`, too, so/,
    )
    expect(project.repository.head(headBranch)).toBe(head)
    const { result: checked } = await propose({ mode: 'check' })
    const failed = checked.connections?.filter(({ status }) => status === 'failed')
    expect(failed?.map(({ name }) => name)).toEqual(['GitHub: head branch'])

    editPullRequest(project.repository, 2, { state: 'closed' })
    expect((await propose()).exitCode).toBe(0)
    expect(project.repository.head(headBranch)).not.toBe(head)
  })
})

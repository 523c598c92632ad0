import { beforeEach, describe, expect, test } from '@jest/globals'
import { plain } from '../../src/core/text/prose.ts'
import { isBranchRead, isCommit, type FaultResponse } from '../../testing/github/faults.ts'
import {
  isHistoryRead,
  isPullRequestCreation,
  isPullRequestList,
  isRefUpdate,
} from '../../testing/github/matchers.ts'
import { closePullRequest } from '../../testing/github/people.ts'
import { mergePullRequest } from '../../testing/github/pull-requests.ts'
import { htmlPage } from '../../testing/github/responses.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

/** Writes that were carried out, although nothing says so at first. */

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(async () => {
  project = world.createProject()
  await project.register('m')
})

/** What a proxy, or a token whose permission was just changed, responds with. */
const refusal: FaultResponse = {
  status: 403,
  body: '{"message":"Resource not accessible by integration"}',
}

describe('a commit whose response was lost', () => {
  test.each([
    ['refuses to tell once', refusal, 1],
    ['is not available for half a minute', htmlPage(502), 6],
  ])('is reported although GitHub %s', async (_what, response, times) => {
    world.github.inject({ kind: 'lose-response' }, { match: isCommit })
    world.github.inject({ kind: 'respond', ...response }, { match: isHistoryRead, times })
    const { exitCode, outputs } = await runInProcess(world, project, {})
    expect(exitCode).toBe(0)
    expect(outputs).toMatchObject({
      operation: 'committed',
      'created-count': '1',
      'commit-sha': project.repository.head(),
    })
  })

  test('is reported before another one is made', async () => {
    await runInProcess(world, project, {})
    const { repository } = project
    const [path = ''] = repository.paths('main').filter((name) => name.endsWith('.yaml'))
    await project.register('n')
    let commit = ''
    const edit = (): void => {
      commit = repository.head()
      const text = repository.read(path).replace('modelVersion: "1"', 'modelVersion: "0"')
      repository.push('main', { [path]: text })
    }
    world.github.inject({ kind: 'lose-response' }, { match: isCommit })
    world.github.inject({ kind: 'respond', ...refusal }, { match: isHistoryRead })
    world.github.inject({ kind: 'run-before', run: edit }, { match: isBranchRead, skip: 1 })
    const { outputs } = await runInProcess(world, project, {})
    expect(outputs).toMatchObject({
      operation: 'committed',
      'created-count': '1',
      'updated-count': '0',
      'commit-sha': commit,
    })
    expect((await runInProcess(world, project, {})).outputs['updated-count']).toBe('1')
  })

  test('is in doubt, and never "none", while GitHub does not tell', async () => {
    world.github.inject({ kind: 'lose-response' }, { match: isCommit })
    world.github.inject({ kind: 'respond', ...refusal }, { match: isHistoryRead, times: Infinity })
    const { exitCode, outputs, result } = await runInProcess(world, project, {})
    expect({ exitCode, operation: outputs.operation }).toEqual({ exitCode: 1, operation: 'failed' })
    expect(plain(result.error?.advice ?? [])).toContain('A write may have succeeded')
  })
})

describe('a pull request', () => {
  const inputs = { 'pull-request': 'true', 'pull-request-labels': 'mlflow' }

  const sync = () => runInProcess(world, project, inputs)

  /** What a proxy sends after it has passed the request on. */
  const page = { ...htmlPage(), status: 403 }

  async function expectWritten(operation: string, count: string): Promise<void> {
    const { exitCode, outputs } = await sync()
    expect({ exitCode, ...outputs }).toMatchObject({
      exitCode: 0,
      operation,
      changed: 'true',
      'created-count': count,
      'pull-request-number': String(project.repository.pullRequests.length),
      'commit-sha': project.repository.pullRequests.at(-1)?.headSha,
    })
  }

  test('that was updated is reported although the response is a refusal', async () => {
    await sync()
    await project.register('n')
    world.github.inject({ kind: 'respond-after', ...page }, { match: isRefUpdate })
    await expectWritten('pull-request-updated', '2')
  })

  test('that was opened from a branch that was left is reported although the response is a refusal', async () => {
    world.github.inject({ kind: 'respond', ...page }, { match: isPullRequestCreation })
    world.github.inject({ kind: 'respond', ...refusal }, { match: isRefUpdate, skip: 1 })
    expect((await sync()).exitCode).toBe(1)
    world.github.clearFaults()
    expect(project.repository.head(headBranch)).not.toBe('')
    world.github.inject({ kind: 'respond-after', ...page }, { match: isPullRequestCreation })
    await expectWritten('pull-request-created', '1')
    expect(project.repository.pullRequests.at(-1)?.labels).toEqual(['mlflow'])
  })

  test.each<[string, () => void]>([
    ['merged', () => mergePullRequest(project.repository, 1)],
    ['closed', () => closePullRequest(project.repository, 1)],
  ])('that was opened is reported although it was %s before the next look', async (_what, end) => {
    world.github.inject({ kind: 'lose-response' }, { match: isPullRequestCreation })
    world.github.inject({ kind: 'run-before', run: end }, { match: isPullRequestList, skip: 1 })
    await expectWritten('pull-request-created', '1')
    expect(project.repository.pullRequests).toHaveLength(1)
  })

  test('that was updated is reported although it was merged before the next look', async () => {
    await sync()
    await project.register('n')
    const end = () => mergePullRequest(project.repository, 1)
    world.github.inject({ kind: 'lose-response' }, { match: isRefUpdate })
    world.github.inject({ kind: 'run-before', run: end }, { match: isPullRequestList, skip: 1 })
    await expectWritten('pull-request-updated', '2')
  })

  test('that was not opened is not mistaken for an older one', async () => {
    world.github.inject({ kind: 'respond', ...refusal }, { match: isRefUpdate, skip: 1 })
    await sync()
    // Nothing is left to propose, but the branch stays.
    await runInProcess(world, project, { ...inputs, filter: "tags.nobody = 'has'" })
    expect(project.repository.pullRequests.map(({ state }) => state)).toEqual(['closed'])
    expect(project.repository.head(headBranch)).not.toBe('')
    world.github.clearFaults()
    world.github.inject({ kind: 'drop' }, { match: isPullRequestCreation, times: Infinity })
    expect((await sync()).outputs.operation).toBe('failed')
  })
})

import { beforeEach, describe, expect, test } from '@jest/globals'
import {
  isCommit,
  isPullRequestCreation,
  isRefUpdate,
  type Matcher,
} from '../../testing/github/faults.ts'
import { forcePush } from '../../testing/github/people.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'
import { stepInProcess } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3 })
let project: Project

beforeEach(() => {
  project = world.createProject()
})

/** Makes an existing file executable, so that GraphQL's mutation cannot commit its update. */
async function prepareUpdateByGitData(): Promise<string> {
  const version = await project.registerExternal('m')
  await stepInProcess(world, project)
  const path = `${version.runId}.yaml`
  const content = project.repository.read(path)
  project.repository.push('main', { [path]: { content, mode: '100755' } })
  await world.api.createVersion(version)
  return path
}

describe('a commit whose write landed', () => {
  /** Lets the write happen, whatever the response says afterwards. */
  async function landThenRespond(body: string): Promise<void> {
    await project.register('m')
    world.github.inject({ kind: 'respond-after', status: 200, body }, { match: isCommit })
  }

  test.each([
    ['an empty object', '{}'],
    ['no data', '{"data":null}'],
    ['data of another shape', '{"data":{"createCommitOnBranch":null}}'],
    [
      'an error without a type',
      '{"data":null,"errors":[{"message":"Something went wrong while executing your query."}]}',
    ],
    [
      'an error of an unknown type',
      '{"data":null,"errors":[{"type":"INTERNAL","message":"Oops"}]}',
    ],
    [
      'an error that usually means a refusal',
      '{"data":null,"errors":[{"type":"UNPROCESSABLE","message":"Oops"}]}',
    ],
  ])('counts as made although the response is %s', async (_what, body) => {
    await landThenRespond(body)
    const step = await stepInProcess(world, project)
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({
      operation: 'committed',
      'created-count': '1',
      'commit-sha': project.repository.head(),
    })
    expect(project.repository.commitCount()).toBe(2)
  })

  test('counts as made if the last of five attempts loses its response', async () => {
    await project.register('m')
    const push = () => project.repository.push('main', { 'busy.txt': String(Math.random()) })
    world.github.inject({ kind: 'run-before', run: push }, { match: isCommit, times: 4 })
    world.github.inject({ kind: 'lose-response' }, { match: isCommit })
    const step = await runInProcess(world, project, {})
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({
      operation: 'committed',
      'commit-sha': project.repository.head(),
    })
    expect(project.repository.commitCount()).toBe(6)
  })

  test('is looked for with one request after each attempt', async () => {
    await project.register('m')
    world.github.inject({ kind: 'drop' }, { match: isCommit, times: 2 })
    const step = await stepInProcess(world, project)
    expect(step.outputs.operation).toBe('committed')
    const searches = step.githubRequests.filter(({ operation }) => operation === 'History')
    expect(searches).toHaveLength(2)
  })

  test('counts as made if other commits came on top before GitHub could be asked', async () => {
    await project.register('m')
    const pushMany = () => {
      for (let index = 0; index < 60; index += 1) {
        project.repository.push('main', { 'busy.txt': String(index) })
      }
    }
    const isBranchRead: Matcher = ({ operation }) => operation === 'Branch'
    world.github.inject({ kind: 'lose-response' }, { match: isCommit })
    let reads = 0
    world.github.inject(
      { kind: 'run-before', run: pushMany },
      { match: (request) => isBranchRead(request) && (reads += 1) === 2 },
    )
    const step = await stepInProcess(world, project)
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(project.repository.git('log', '--format=%H', 'main')).toContain(
      step.outputs['commit-sha'],
    )
  })
})

describe('a commit of several requests', () => {
  test('does not bring back what a person removed with a force-push in between', async () => {
    const path = await prepareUpdateByGitData()
    const before = project.repository.head()
    project.repository.push('main', { 'secret.txt': 'x' })
    const run = () => {
      forcePush(project.repository, 'main', before)
    }
    world.github.inject({ kind: 'run-before', run }, { match: isRefUpdate })
    const step = await stepInProcess(world, project)
    expect(step.outputs).toMatchObject({ operation: 'committed', 'updated-count': '1' })
    expect(project.repository.paths()).not.toContain('secret.txt')
    expect(project.repository.git('rev-parse', 'main^')).toBe(before)
    expect(project.repository.git('ls-tree', 'main', path)).toMatch(/^100755/)
  })

  test.each(['lose-response', 'truncate'] as const)(
    'is made once although its last response suffers the fault %s',
    async (kind) => {
      await prepareUpdateByGitData()
      const count = project.repository.commitCount()
      world.github.inject({ kind }, { match: isRefUpdate })
      const step = await stepInProcess(world, project)
      expect(step.outputs).toMatchObject({
        operation: 'committed',
        'commit-sha': project.repository.head(),
      })
      expect(project.repository.commitCount()).toBe(count + 1)
    },
  )

  test('waits for all of GitHub to know its new objects', async () => {
    await prepareUpdateByGitData()
    project.repository.settings.lag.objects = 2
    const step = await stepInProcess(world, project)
    expect(step.exitCode).toBe(0)
    expect(step.outputs.operation).toBe('committed')
  })
})

describe('a commit that GitHub did not sign', () => {
  test.each(['mutation', 'git data', 'pull request'])('is a warning: %s', async (way) => {
    if (way === 'git data') await prepareUpdateByGitData()
    else await project.register('m')
    project.repository.settings.signsCommits = false
    const step =
      way === 'pull request'
        ? await stepInProcess(world, project, { 'pull-request': 'true' })
        : await stepInProcess(world, project)
    expect(step.exitCode).toBe(0)
    expect(step.log).toMatch(/::warning.*GitHub did not sign the commit.*Enterprise Server/)
  })

  test.each([
    ['the commit', false, isCommit],
    ['moving the head branch', true, isRefUpdate],
    ['opening the pull request', true, isPullRequestCreation],
  ])('is a warning although the response to %s was lost', async (_what, pullRequest, match) => {
    await project.register('m')
    project.repository.settings.signsCommits = false
    world.github.inject({ kind: 'lose-response' }, { match })
    const step = await stepInProcess(world, project, { 'pull-request': String(pullRequest) })
    expect(step.exitCode).toBe(0)
    expect(step.log).toMatch(/::warning.*GitHub did not sign the commit/)
  })

  test('is not a warning if it is signed', async () => {
    await project.register('m')
    expect((await stepInProcess(world, project)).log).not.toMatch(/did not sign/)
    expect((await stepInProcess(world, project, { 'pull-request': 'true' })).log).not.toMatch(
      /did not sign/,
    )
    expect(project.repository.head(headBranch)).toBe('')
  })
})

describe('a submodule', () => {
  const submodule = 'c'.repeat(40)

  test.each([
    ['deploy', 'deploy'],
    ['deploy', 'deploy/models'],
    ['deploy/models', 'deploy/models/prod'],
  ])('at %s is not replaced by the directory %s', async (at, path) => {
    await project.register('m')
    project.repository.push('main', { [at]: { submodule } })
    const head = project.repository.head()
    for (const inputs of [{ path }, { path, 'pull-request': 'true' }, { path, mode: 'check' }]) {
      const step = await stepInProcess(world, project, inputs)
      expect(step.exitCode).toBe(1)
      expect(step.log).toMatch(new RegExp(`path \`${at}\` is a submodule on branch \`main\``))
    }
    expect(project.repository.head()).toBe(head)
  })

  test('that appears at the path while the sync is running is not replaced either', async () => {
    await project.register('m')
    const run = () => project.repository.push('main', { deploy: { submodule } })
    world.github.inject({ kind: 'run-before', run }, { match: isCommit })
    const step = await stepInProcess(world, project, { path: 'deploy/models' })
    expect(step.exitCode).toBe(1)
    expect(project.repository.git('ls-tree', 'main', 'deploy')).toMatch(/^160000/)
  })

  test('elsewhere is not an obstacle', async () => {
    await project.register('m')
    project.repository.push('main', { vendor: { submodule } })
    const step = await stepInProcess(world, project, { path: 'deploy/models' })
    expect(step.outputs.operation).toBe('committed')
  })
})

import { beforeEach, describe, expect, test } from '@jest/globals'
import { mergePullRequest } from '../../testing/github/pull-requests.ts'
import { bulkRegister } from '../../testing/mlflow/bulk.ts'
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

beforeEach(() => {
  project = world.createProject()
})

function sync(inputs = {}) {
  return syncPullRequest(project, inputs)
}

function expectOneCommit(): void {
  expect(baseOfHeadBranch(project)).toBe(project.repository.head())
}

describe('a pull request', () => {
  test('is opened with one commit, labels and a comparison for the reviewer', async () => {
    await project.register('m', { metrics: { accuracy: 0.8 }, params: { lr: '0.1' } })
    await sync()
    mergePullRequest(project.repository, 1)
    const base = project.repository.head()
    const { runId, name } = await project.register('m', {
      metrics: { accuracy: 0.9 },
      params: { lr: '0.2' },
    })
    const step = await sync({
      'pull-request-labels': 'models\nreview',
      'pull-request-title': 'Deploy ${model.name} ${model.version}',
    })
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-created',
      changed: 'true',
      'created-count': '1',
      'pull-request-number': '2',
      'commit-sha': project.repository.head(headBranch),
    })
    expect(project.repository.head()).toBe(base)
    expectOneCommit()
    const pull = project.repository.pullRequests[1]
    expect(pull).toMatchObject({
      state: 'open',
      title: `Deploy ${name} 2`,
      labels: ['models', 'review'],
    })
    expect(pull?.body).toContain(runId)
    expect(pull?.body).toMatch(/accuracy \| 0\.8 \| 0\.9/)
    expect(pull?.body).toMatch(/lr \| 0\.1 \| 0\.2/)
  })

  test('compares with the version that is deployed, not with one that never was', async () => {
    const register = (accuracy: number) => project.register('m', { metrics: { accuracy } })
    const { name, runId: deployed } = await register(0.7)
    await world.api.setAlias(name, 'champion', '1')
    await sync({ aliases: 'champion' })
    mergePullRequest(project.repository, 1)
    await register(0.5)
    await register(0.9)
    await world.api.setAlias(name, 'champion', '3')
    const step = await sync({ aliases: 'champion' })
    expect(step.changes).toMatchObject([
      { outcome: 'created', modelVersion: '3', previousVersion: '1' },
    ])
    const body = project.repository.pullRequests[1]?.body ?? ''
    expect(body).toMatch(/accuracy \| 0\.7 \| 0\.9/)
    expect(body).not.toContain('0.5')
    expect(body).toMatch(new RegExp(`/#/compare-runs\\?runs=\\S*${deployed}`))
  })

  test('is left unchanged when nothing changed', async () => {
    await project.register('m')
    await sync()
    const head = project.repository.head(headBranch)
    const { body } = onlyPullRequest(project)
    const step = await sync()
    expect(step.outputs).toMatchObject({
      operation: 'none',
      changed: 'false',
      'created-count': '1',
      'pull-request-number': '1',
      'commit-sha': head,
    })
    expect(step.changes).toMatchObject([{ reason: 'waits in pull request #1' }])
    expect(project.repository.head(headBranch)).toBe(head)
    expect(onlyPullRequest(project).body).toBe(body)
    const writes = step.githubRequests.filter(
      ({ method, path }) => method !== 'GET' && path !== '/graphql',
    )
    expect(writes).toEqual([])
  })

  test('is updated in place when what it proposes changes', async () => {
    await project.register('m')
    await sync()
    project.repository.push('main', { 'b.txt': 'b' })
    await project.register('n')
    const step = await sync()
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-updated',
      changed: 'true',
      'pull-request-number': '1',
      'created-count': '2',
      'commit-sha': project.repository.head(headBranch),
    })
    expectOneCommit()
    expect(onlyPullRequest(project)).toMatchObject({
      state: 'open',
      title: 'Sync MLflow models: 2 created',
    })
    expect(project.repository.paths(headBranch)).toHaveLength(4)
  })

  test('stays as it is when the base moves elsewhere, so that approvals and checks survive', async () => {
    await project.register('m')
    await sync()
    const head = project.repository.head(headBranch)
    project.repository.push('main', { 'b.txt': 'b' })
    const step = await sync()
    expect(step.outputs).toMatchObject({ operation: 'none', 'commit-sha': head })
    expect(project.repository.head(headBranch)).toBe(head)
  })

  test('is rewritten when the base touches one of its files', async () => {
    const version = await project.registerExternal('m')
    await project.sync()
    await world.api.createVersion(version)
    await sync()
    const path = `${version.runId}.yaml`
    project.repository.push('main', { [path]: `${project.repository.read(path)}# by hand\n` })
    const step = await sync()
    expect(step.outputs.operation).toBe('pull-request-updated')
    expectOneCommit()
    const proposed = project.repository.read(path, headBranch)
    expect(proposed).toContain('# by hand\n')
    expect(proposed).toContain('modelVersion: "2"')
  })

  test('is rewritten when the base is moved back, and does not bring back what was removed', async () => {
    const start = project.repository.head()
    project.repository.push('main', { 'secret.txt': 'x' })
    await project.register('m')
    await sync()
    project.repository.git('update-ref', 'refs/heads/main', start)
    const step = await sync()
    expect(step.outputs.operation).toBe('pull-request-updated')
    expectOneCommit()
    expect(project.repository.paths(headBranch)).not.toContain('secret.txt')
  })

  test.each(['merge', 'squash'] as const)('has its branch deleted after a %s', async (how) => {
    await project.register('m')
    await sync()
    mergePullRequest(project.repository, 1, how)
    const step = await sync()
    expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '1' })
    expect(project.repository.head(headBranch)).toBe('')
  })

  test('is closed and its branch deleted when nothing is left to propose, which does not count as a rejection', async () => {
    const { name, version } = await project.register('m')
    await project.register('other')
    await sync({ models: name })
    await world.api.setAlias(name, 'live', version)
    const step = await sync({ models: name, filter: "tags.nobody = 'has'" })
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-closed',
      'pull-request-number': '1',
      changed: 'false',
    })
    expect(onlyPullRequest(project).state).toBe('closed')
    expect(project.repository.head(headBranch)).toBe('')
    const again = await sync({ models: name })
    expect(again.outputs).toMatchObject({
      operation: 'pull-request-created',
      'pull-request-number': '2',
    })
  })

  test('has one commit, even with more than 500 files', async () => {
    bulkRegister(world.mlflow, {
      experimentId: world.experiment.id,
      count: 501,
      prefix: project.model('bulk'),
    })
    const step = await sync()
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-created',
      'created-count': '501',
    })
    expectOneCommit()
  })
})

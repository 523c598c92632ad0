import { beforeEach, expect, test } from '@jest/globals'
import { isRefUpdate } from '../../testing/github/faults.ts'
import { closePullRequest, editPullRequest, openByHand } from '../../testing/github/people.ts'
import { mergePullRequest, updateBranch } from '../../testing/github/pull-requests.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch, onlyPullRequest } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess, type InProcessStep } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3 })
let project: Project

beforeEach(async () => {
  project = world.createProject({
    files: { 'README.md': 'x', 'template.yaml': 'vllm:\n  maxModelLen: 4096\n' },
  })
  await project.register('m')
})

function sync(inputs = {}): Promise<InProcessStep> {
  return stepInProcess(world, project, {
    'pull-request': 'true',
    template: 'template.yaml',
    path: 'models',
    ...inputs,
  })
}

function expectRespected(step: InProcessStep): void {
  expect(step.exitCode).toBe(0)
  expect(step.outputs).toMatchObject({
    operation: 'none',
    changed: 'false',
    'pull-request-number': '1',
  })
  expect(step.log).toMatch(/#1 .*proposed the same changes and was closed without merging/)
  expect(step.outputs['created-count']).toBe('0')
  const reasons = step.changes.map(({ outcome, reason }) => [outcome, reason])
  expect(reasons).toContainEqual(['skipped', 'rejected in pull request #1'])
}

test.each(['kept', 'deleted'])(
  'a rejection is remembered although the body was rewritten, with the branch %s',
  async (branch) => {
    await sync()
    editPullRequest(project.repository, 1, { body: 'No, because of the evaluation.' })
    closePullRequest(project.repository, 1)
    if (branch === 'deleted') project.repository.git('branch', '-D', headBranch)
    expectRespected(await sync())
    expect(onlyPullRequest(project).body).toBe('No, because of the evaluation.')
  },
)

test('a rejection is remembered after 120 newer pull requests', async () => {
  await sync()
  closePullRequest(project.repository, 1)
  const { repository } = project
  for (let count = 0; count < 120; count += 1) {
    const pull = openByHand(repository, headBranch, { title: 'Older proposal' })
    Object.assign(pull, { headSha: repository.head(), state: 'closed', closedAt: pull.createdAt })
  }
  const step = await sync()
  expectRespected(step)
  const lists = step.githubRequests.filter(({ path }) => path.endsWith('/pulls'))
  expect(lists).toHaveLength(3)
})

test('a rejection is remembered after "Update branch", although the body was rewritten', async () => {
  await sync()
  project.repository.push('main', { 'a.txt': 'a' })
  updateBranch(project.repository, 1)
  editPullRequest(project.repository, 1, { body: 'No.' })
  closePullRequest(project.repository, 1)
  expectRespected(await sync())
})

test('a corrected template opens a new pull request for a damaged file, too', async () => {
  const { runId } = await project.register('damaged')
  const path = `models/${runId}.yaml`
  const inputs = { models: project.model('damaged') }
  project.repository.push('main', { [path]: '<<<<<<< HEAD\nglobal:\n=======\n>>>>>>> x\n' })
  await sync(inputs)
  closePullRequest(project.repository, 1)
  expectRespected(await sync(inputs))
  project.repository.push('main', { 'template.yaml': 'vllm:\n  maxModelLen: 8192\n' })
  const step = await sync(inputs)
  expect(step.outputs).toMatchObject({
    operation: 'pull-request-created',
    'pull-request-number': '2',
  })
})

test('a corrected template opens a new pull request, with everything that was refused', async () => {
  await sync()
  closePullRequest(project.repository, 1)
  await project.register('n')
  await sync()
  closePullRequest(project.repository, 2)
  project.repository.push('main', { 'template.yaml': 'vllm:\n  maxModelLen: 8192\n' })
  const step = await sync()
  expect(step.outputs).toMatchObject({
    operation: 'pull-request-created',
    'pull-request-number': '3',
    'created-count': '2',
  })
  const [path = ''] = project.repository.paths(headBranch, 'models')
  expect(project.repository.read(path, headBranch)).toContain('maxModelLen: 8192')
})

test('a pull request that a person closes while it is updated does not reject the new changes', async () => {
  await sync()
  await project.register('n')
  const run = () => closePullRequest(project.repository, 1)
  world.github.inject({ kind: 'run-before', run }, { match: isRefUpdate })
  const step = await sync()
  expect(step.log).not.toMatch(/closed without merging/)
  expect(step.outputs).toMatchObject({
    operation: 'pull-request-created',
    'pull-request-number': '2',
    'created-count': '2',
  })
})

test("a rejected update stays rejected when a person edits the file's other text", async () => {
  const version = await project.registerExternal('updated')
  const inputs = { models: project.model('updated') }
  await stepInProcess(world, project, { template: 'template.yaml', path: 'models', ...inputs })
  await world.api.createVersion(version)
  await sync(inputs)
  closePullRequest(project.repository, 1)
  const path = `models/${version.runId}.yaml`
  project.repository.push('main', { [path]: `${project.repository.read(path)}# by hand\n` })
  expectRespected(await sync(inputs))
})

test('changes that were merged after an earlier rejection are proposed again when they are undone', async () => {
  await sync()
  closePullRequest(project.repository, 1)
  // A person changes their mind, and opens the same branch again.
  const { pullRequests, repository } = { ...project.repository, repository: project.repository }
  Object.assign(pullRequests[0] ?? {}, { state: 'open', closedAt: null })
  mergePullRequest(repository, 1, 'squash')
  repository.push('main', { [repository.paths('main', 'models')[0] ?? '']: null })
  const step = await sync({ recreate: 'true' })
  expect(step.outputs).toMatchObject({
    operation: 'pull-request-created',
    'pull-request-number': '2',
  })
})
